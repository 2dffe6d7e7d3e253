/** What can be wrong with a document as a whole, or in a part of it that no single operation owns. */
export type OpenApiFaultCode =
  /** Not UTF-8 or UTF-16, not JSON or YAML, or something YAML allows and JSON does not have. */
  | 'syntax'
  /** Larger, deeper, or with more values or aliases than is read. */
  | 'too_large'
  /** The same key twice in one object. */
  | 'duplicate_key'
  /** Swagger 2.0, another version, or no OpenAPI document at all. */
  | 'version'
  /** A member of another type than the specification says. */
  | 'structure'
  /** `x-mcp` at the root: a value of another form. */
  | 'extension'
  /** A `$ref` that leads nowhere, out of the document, or round in a circle. */
  | 'reference'
  /** No operation says what it needs, and neither does the document. */
  | 'security_missing'
  /** A security scheme that the document does not have, or that is none. */
  | 'security_scheme'
  /** A scope that its scheme does not list, or that is no scope token. */
  | 'scope'
  /** A parameter that is not read: declared twice, or not part of the path. */
  | 'parameter'
  /** Two paths that differ in the names of their parameters only. */
  | 'path'
  /** An overlay, or one of its actions. */
  | 'overlay'
  /** How many more there are. */
  | 'more'

/** One thing that is wrong with a document. */
export interface OpenApiFault {
  readonly code: OpenApiFaultCode
  /** `fault`: the document is not to be used as it is. `warning`: it is read, and this is what was made of it. */
  readonly severity: 'fault' | 'warning'
  /** JSON pointer of the place as a URI fragment: `#/paths/~1trips/get`. `#` is the whole document. */
  readonly pointer: string
  /** Counted from 1; absent for a document that was handed in as an object. */
  readonly line: number | undefined
  /**
   * The name of an overlay: `line` is in it. Of a fault with the code `overlay`, `pointer` is in it as well; of any other, `pointer`
   * is in the document, and the overlay has put there what is wrong. Absent: the document's own.
   */
  readonly source?: string | undefined
  /** What is wrong, as one sentence without its full stop. */
  readonly message: string
  /** What to change, as one sentence without its full stop. */
  readonly cure: string
}
