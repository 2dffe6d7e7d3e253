import type { JsonObject } from './json.js'
import type { WireNames } from './wire-names.js'

/** JSON Schema 2020-12 without `$ref` and without anything that a client does not know. */
export type InputSchema = JsonObject

/** A schema of a document, as a client gets it. */
export interface ConvertedSchema {
  readonly schema: InputSchema
  /** What was renamed for the model; `undefined` if nothing was. Pass it to `toWireValue`. */
  readonly names: WireNames | undefined
}
