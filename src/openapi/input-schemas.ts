import type { ConvertedSchema, InputSchema } from './converted-schema.js'
import type { ConvertedSource, ConvertSource } from './converted-sources.js'
import type { BrokenReference } from './references.js'
import type { SchemaSource } from './schema-source.js'
import type { WriterLimits } from './schema-writer.js'

export type { ConvertedSchema, InputSchema }

/** Schemas of one tool, which share its size. */
export interface InputSchemas {
  /** In the order of the sources. */
  readonly schemas: readonly ConvertedSchema[]
  /** How many parts are not described, because they are deep, large or contain themselves. */
  readonly cut: number
  /** References that lead nowhere: the tool must not be offered. */
  readonly broken: readonly BrokenReference[]
}

export interface InputSchemaOptions {
  /** `request` (default) leaves out what is `readOnly`, `response` what is `writeOnly`. */
  readonly direction?: 'request' | 'response' | undefined
  /** Of all schemas together, as JSON in UTF-8; default 16,384, at most 1 MiB. */
  readonly maxBytes?: number | undefined
  /** Default 8. */
  readonly maxDepth?: number | undefined
  /** Whether an optional property may be null where the document says so; default false. Meant for PATCH. */
  readonly optionalNulls?: boolean | undefined
}

const MAX_BYTES = 16_384
const MOST_BYTES = 1_048_576
const MAX_DEPTH = 8
/** In characters. Descriptions give way before the structure does. */
const DESCRIPTIONS = { long: 1_000, short: 300, least: 80 } as const

/**
 * Converts schemas of a document into JSON Schema 2020-12 that clients and providers accept: references are written out,
 * circles and what is too deep or too large become open objects, and names of properties are made safe.
 *
 * A schema never refuses what the document allows, but for null in optional properties (`optionalNulls`). It may accept
 * more: the API itself checks what it is sent. `undefined` gives `{}`.
 */
export function toInputSchemas(
  convert: ConvertSource,
  sources: readonly (SchemaSource | undefined)[],
  options: InputSchemaOptions = {},
): InputSchemas {
  const { direction = 'request', maxDepth = MAX_DEPTH, optionalNulls = false } = options
  const bytes = Math.min(options.maxBytes ?? MAX_BYTES, MOST_BYTES)
  const tried = (depth: number, description: number): InputSchemas | undefined =>
    attempt(convert, sources, { direction, depth, description, bytes, optionalNulls })
  return (
    tried(maxDepth, DESCRIPTIONS.long) ??
    deepest(maxDepth, (depth) => tried(depth, DESCRIPTIONS.short)) ??
    tried(1, DESCRIPTIONS.least) ??
    tried(1, 0) ?? {
      schemas: sources.map((source) => ({ schema: openSchema(source), names: undefined })),
      cut: sources.length,
      broken: [],
    }
  )
}

/** The result of the greatest depth that has one, by halving; `undefined` if none has. */
function deepest(
  most: number,
  tried: (depth: number) => InputSchemas | undefined,
): InputSchemas | undefined {
  let found: InputSchemas | undefined
  let [low, high] = [1, most]
  while (low <= high) {
    const depth = (low + high + 1) >> 1
    const result = tried(depth)
    if (result === undefined) high = depth - 1
    else {
      found = result
      low = depth + 1
    }
  }
  return found
}

/** `undefined` if they are too large. */
function attempt(
  convert: ConvertSource,
  sources: readonly (SchemaSource | undefined)[],
  limits: WriterLimits,
): InputSchemas | undefined {
  // Merged schemas are smaller than what they were merged from.
  const wide = { ...limits, bytes: limits.bytes * 2 }
  const written: ConvertedSource[] = []
  let [writtenBytes, bytes] = [0, sources.length - 1]
  for (const source of sources) {
    const one = source === undefined ? NO_SCHEMA : convert(source, wide)
    if (one === undefined) return undefined
    written.push(one)
    writtenBytes += one.writtenBytes
    bytes += one.bytes
    if (writtenBytes > wide.bytes || bytes > limits.bytes) return undefined
  }
  return Object.freeze({
    schemas: Object.freeze(written.map(({ converted }) => converted)),
    cut: written.reduce((sum, { cut }) => sum + cut, 0),
    broken: Object.freeze(written.flatMap(({ broken }) => broken)),
  })
}

const NO_SCHEMA: ConvertedSource = Object.freeze({
  converted: Object.freeze({ schema: Object.freeze({}), names: undefined }),
  cut: 0,
  broken: Object.freeze([]),
  writtenBytes: 0,
  bytes: 2,
})

function openSchema(source: SchemaSource | undefined): InputSchema {
  return source === undefined ? {} : { description: 'Too large to be described.' }
}
