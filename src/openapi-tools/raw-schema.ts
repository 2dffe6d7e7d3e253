import { isList, isObject, member, textMember, type Json } from '../openapi/json.js'
import { pointerTo } from '../openapi/pointer.js'
import type { OpenApiDocument } from '../openapi/reading.js'
import type { SchemaSource } from '../openapi/schema-source.js'

/** A schema as the document writes it, references followed. */
export function rawSchema(
  document: OpenApiDocument,
  source: SchemaSource | undefined,
): SchemaSource | undefined {
  return source === undefined ? undefined : document.follow(source)
}

/** Whether values are whole numbers of 64 bits, which not every JSON parser reads exactly. */
export function isInt64(document: OpenApiDocument, source: SchemaSource | undefined): boolean {
  const schema = rawSchema(document, source)?.value
  return textMember(schema, 'type') === 'integer' && textMember(schema, 'format') === 'int64'
}

/** The schema of the items of a list. */
export function itemsOf(
  document: OpenApiDocument,
  source: SchemaSource | undefined,
): SchemaSource | undefined {
  const schema = rawSchema(document, source)
  const items = member(schema?.value, 'items')
  return schema === undefined || items === undefined
    ? undefined
    : { value: items, pointer: pointerTo(schema.pointer, 'items') }
}

/** Whether values are bytes: `format: binary`, or (3.1) a text with a media type and no encoding. */
export function isBinary(document: OpenApiDocument, source: SchemaSource | undefined): boolean {
  const schema = rawSchema(document, source)?.value
  const type = member(schema, 'type')
  if (type === 'file') return true
  if (type !== undefined && type !== 'string' && !isNullableText(type)) return false
  if (textMember(schema, 'format') === 'binary') return true
  return (
    textMember(schema, 'contentMediaType') !== undefined &&
    textMember(schema, 'contentEncoding') === undefined
  )
}

function isNullableText(type: Json): boolean {
  return (
    isList(type) && type.includes('string') && type.every((t) => t === 'string' || t === 'null')
  )
}

/** The schemas of the properties of an object, also of those in the parts of an `allOf`, by wire name. */
export function propertySources(
  document: OpenApiDocument,
  source: SchemaSource | undefined,
  seen = new Set<string>(),
): ReadonlyMap<string, SchemaSource> {
  const found = new Map<string, SchemaSource>()
  const schema = rawSchema(document, source)
  // Each schema once: those that contain themselves several times would be read without end.
  if (schema === undefined || seen.has(schema.pointer)) return found
  seen.add(schema.pointer)
  for (const key of ['allOf', 'anyOf', 'oneOf']) {
    const parts = member(schema.value, key)
    for (const [index, value] of (isList(parts) ? parts : []).entries()) {
      const part = { value, pointer: pointerTo(schema.pointer, key, index) }
      for (const [name, own] of propertySources(document, part, seen)) found.set(name, own)
    }
  }
  const properties = member(schema.value, 'properties')
  for (const name of isObject(properties) ? Object.keys(properties) : []) {
    const value = member(properties, name) ?? null
    found.set(name, { value, pointer: pointerTo(schema.pointer, 'properties', name) })
  }
  return found
}
