import type { Json, JsonObject } from './json.js'
import type { SchemaSource } from './schema-source.js'

/** JSON Schema 2020-12 without `$ref` and without anything that a client does not know. */
export type InputSchema = JsonObject

/** Schemas of one tool, which share its size. */
export interface InputSchemas {
  /** In the order of the sources. */
  readonly schemas: readonly ConvertedSchema[]
  /** How many parts were cut, because they are deep, large or contain themselves. */
  readonly cut: number
  /** References that lead nowhere: the tool must not be offered. */
  readonly broken: readonly {
    readonly pointer: string
    readonly reason: string
    readonly cure: string
  }[]
}

export interface ConvertedSchema {
  readonly schema: InputSchema
  /** What was renamed for the model; `undefined` if nothing was. Pass it to `toWireValue`. */
  readonly names: WireNames | undefined
}

/** Names of the properties of a value as the API knows them, by the names that the model sees. */
export interface WireNames {
  readonly properties: ReadonlyMap<
    string,
    { readonly wire: string; readonly names: WireNames | undefined }
  >
  /** Of the items of a list. */
  readonly items: WireNames | undefined
  /** Of the values of properties that are not named. */
  readonly others: WireNames | undefined
}

export interface InputSchemaOptions {
  /** `request` (default) leaves out what is `readOnly`, `response` what is `writeOnly`. */
  readonly direction?: 'request' | 'response' | undefined
  /** Of all schemas together, as JSON in UTF-8; default 16,384. */
  readonly maxBytes?: number | undefined
  /** Default 8. */
  readonly maxDepth?: number | undefined
  /** Whether an optional property may be null where the document says so; default false. Meant for PATCH. */
  readonly optionalNulls?: boolean | undefined
}

export type ToInputSchemas = (
  sources: readonly (SchemaSource | undefined)[],
  options?: InputSchemaOptions,
) => InputSchemas

export type ToWireValue = (value: Json, names: WireNames | undefined) => Json
