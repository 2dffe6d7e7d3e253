import type { OpenApiFault } from './faults.js'
import type { InputSchemaOptions, InputSchemas } from './input-schemas.js'
import type { ExcludedOperation, OpenApiOperation, OpenApiServer } from './operation.js'
import type { OpenApiOverlay } from './overlays/overlay.js'
import type { SchemaSource } from './schema-source.js'
import type { OpenApiSecurityScheme, SecurityOptions } from './security-types.js'

export interface ReadOpenApiOptions extends SecurityOptions {
  /** As messages name the document: `openapi.yaml`. */
  readonly name: string
  /** Applied to the document before anything of it is read, in their order. */
  readonly overlays?: readonly OpenApiOverlay[] | undefined
}

/** What was read from a document. Plain data, the same for JSON and YAML but for the lines. */
export interface OpenApiReading {
  /** `undefined` if the document is unusable; `faults` says why, and there are no operations. */
  readonly document: OpenApiDocument | undefined
  /** In the document's order. */
  readonly operations: readonly OpenApiOperation[]
  /** In the document's order. Each operation is in one of both lists. */
  readonly excluded: readonly ExcludedOperation[]
  /** By position in the document; bounded, then the last one says how many more there are. */
  readonly faults: readonly OpenApiFault[]
}

/** The document as a whole. */
export interface OpenApiDocument {
  readonly name: string
  /** Which rules it follows. */
  readonly version: '3.0' | '3.1' | '3.2'
  readonly title: string | undefined
  /** Of the API: `info.version`. */
  readonly apiVersion: string | undefined
  readonly description: string | undefined
  readonly servers: readonly OpenApiServer[]
  readonly tags: readonly { readonly name: string; readonly description: string | undefined }[]
  readonly securitySchemes: readonly OpenApiSecurityScheme[]
  /** Converts schemas of one tool, which share a size; `undefined` for a value without a schema gives `{}`. */
  readonly toInputSchemas: (
    sources: readonly (SchemaSource | undefined)[],
    options?: InputSchemaOptions,
  ) => InputSchemas
  /** What a schema that is a reference stands for; `undefined` if that leads nowhere. */
  readonly follow: (source: SchemaSource) => SchemaSource | undefined
  /** The line of a place, for faults that are found later. */
  readonly lineOf: (pointer: string) => number | undefined
}
