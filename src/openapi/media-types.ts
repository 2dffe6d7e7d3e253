import { isObject, member, textMember, type Json } from './json.js'
import type { OpenApiEncoding, OpenApiMediaType, ParameterStyle } from './operation.js'
import { pointerTo } from './pointer.js'
import { resolved, type ReadingContext } from './reading-context.js'
import type { Place } from './references.js'
import type { SchemaSource } from './schema-source.js'

// RFC 6838 §4.2, and ranges (RFC 9110 §12.5.1).
const MEDIA_TYPE = /^\s*([\w!#$&^.+*-]{1,127}\/[\w!#$&^.+*-]{1,127})\s*(?:;.*)?$/s

/** The entries of a `content` map, in their order; what is no media type is left out. */
export function mediaTypes(
  context: ReadingContext,
  { value, pointer }: Place,
): readonly OpenApiMediaType[] {
  if (!isObject(value)) return []
  return Object.keys(value).flatMap((text) => {
    const [, mediaType] = MEDIA_TYPE.exec(text) ?? []
    if (mediaType === undefined) return []
    // OpenAPI 3.2 has references here.
    const place = resolved(context, {
      value: member(value, text) ?? null,
      pointer: pointerTo(pointer, text),
    })
    return [
      {
        mediaType: mediaType.toLowerCase(),
        text,
        schema: schemaSource(place, 'schema'),
        itemSchema: schemaSource(place, 'itemSchema'),
        encoding: encodings(member(place.value, 'encoding')),
        pointer: place.pointer,
      },
    ]
  })
}

/** A schema where it stands; `undefined` where there is none. */
export function schemaSource({ value, pointer }: Place, key: string): SchemaSource | undefined {
  const schema = member(value, key)
  if (schema === undefined || schema === null) return undefined
  return { value: schema, pointer: pointerTo(pointer, key) }
}

function encodings(value: Json | undefined): ReadonlyMap<string, OpenApiEncoding> {
  if (!isObject(value)) return new Map()
  return new Map(
    Object.keys(value).map((name) => {
      const encoding = member(value, name)
      const style = textMember(encoding, 'style')
      return [
        name,
        {
          contentType: textMember(encoding, 'contentType'),
          style: STYLES.find((known) => known === style),
          explode: flagMember(encoding, 'explode'),
          allowReserved: flagMember(encoding, 'allowReserved'),
        },
      ]
    }),
  )
}

/** Of a form: as in a query. */
const STYLES: readonly ParameterStyle[] = ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject']

/** A member that is true or false; `undefined` for any other value. */
export function flagMember(value: Json | undefined, key: string): boolean | undefined {
  const flag = member(value, key)
  return typeof flag === 'boolean' ? flag : undefined
}
