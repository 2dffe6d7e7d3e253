import type { Json } from './json.js'

/** A schema where it stands in the document, references unresolved. `toInputSchemas` converts it. */
export interface SchemaSource {
  readonly value: Json
  readonly pointer: string
}
