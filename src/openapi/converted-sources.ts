import { deepFreeze } from '../options/deep-freeze.js'
import type { ConvertedSchema } from './converted-schema.js'
import { isObject } from './json.js'
import type { BrokenReference } from './references.js'
import { SchemaPosition } from './schema-position.js'
import type { SchemaSource } from './schema-source.js'
import { SchemaWriter, TooLarge, type SchemaContext, type WriterLimits } from './schema-writer.js'

/** One schema that was converted, and what it counts towards the limits of its tool. */
export interface ConvertedSource {
  readonly converted: ConvertedSchema
  readonly cut: number
  readonly broken: readonly BrokenReference[]
  /** What was written before schemas were merged, roughly. */
  readonly writtenBytes: number
  /** As JSON in UTF-8. */
  readonly bytes: number
}

/** Converts one schema within limits; `undefined` if it alone is too large. */
export type ConvertSource = (
  source: SchemaSource,
  limits: WriterLimits,
) => ConvertedSource | undefined

/** Remembers what was converted: many operations of a document have the same large schema. */
export function createConvertSource(context: SchemaContext): ConvertSource {
  const known = new Map<string, ConvertedSource | undefined>()
  return (source, limits) => {
    const { direction, depth, description, bytes, optionalNulls } = limits
    const key = JSON.stringify([
      ...[ownPlace(context, source), direction, depth, description, bytes, optionalNulls],
    ])
    if (known.has(key)) return known.get(key)
    const converted = convert(context, source, limits)
    known.set(key, converted)
    return converted
  }
}

/** Where the schema itself stands, if there is nothing beside its `$ref`. */
function ownPlace({ references }: SchemaContext, source: SchemaSource): string {
  const { value, pointer } = source
  if (!isObject(value) || Object.keys(value).length !== 1) return pointer
  const followed = references.follow(source)
  return 'broken' in followed ? pointer : followed.pointer
}

function convert(
  context: SchemaContext,
  source: SchemaSource,
  limits: WriterLimits,
): ConvertedSource | undefined {
  const writer = new SchemaWriter(context, limits)
  const position = new SchemaPosition()
  try {
    const schema = writer.write(source, position)
    return deepFreeze({
      converted: { schema, names: position.names },
      cut: writer.cut,
      broken: writer.broken,
      writtenBytes: writer.bytes,
      bytes: Buffer.byteLength(JSON.stringify(schema)),
    })
  } catch (error) {
    if (error instanceof TooLarge) return undefined
    throw error
  }
}
