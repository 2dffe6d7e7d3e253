import type { ToolAnnotations } from '@modelcontextprotocol/server'
import type { OpenApiFaultCode } from '../openapi/faults.js'
import type { ExclusionCode } from '../openapi/operation.js'
import type { InputSchema } from '../openapi/input-schemas.js'
import type { ContentTool, Tool, ToolAlternative } from '../tools/tool.js'
import type { Exposure } from './options.js'

/** What became of the operations of a document. */
export interface OpenApiTools {
  /** For `tools` of `onBehalfOf` and of `createApp`; sorted by name. */
  readonly tools: readonly ContentTool[]
  /**
   * Where `expose` is `search` or `both`: the tools that find, describe and call the others, for `tools` of `createApp` beside them.
   * Empty otherwise.
   */
  readonly searchTools: readonly Tool[]
  /** Each operation that is no tool, and why; sorted by path. */
  readonly excluded: readonly ExcludedFromTools[]
  /** What was found that does not keep the document from being used. All have the severity `warning`. */
  readonly faults: readonly OpenApiToolsFault[]
  /**
   * The values that are sent with each call and that no model gives, by the names of the tools and of the arguments; that of a
   * body is `body`.
   */
  readonly fixedValues: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** The same as plain data, for people and programs. It has no fixed values. */
  readonly report: OpenApiReport
}

/** One thing that is wrong with a document or with what was said about it. */
export interface OpenApiToolsFault {
  readonly code: OpenApiToolsFaultCode
  /** `fault`: there are no tools. `warning`: there are, and this is what was made of it. */
  readonly severity: 'fault' | 'warning'
  /** JSON pointer of the place in the document as a URI fragment. `#` is the whole document. */
  readonly pointer: string
  /** Counted from 1; absent if it is not known. */
  readonly line: number | undefined
  /** The name of the overlay whose line it is. Absent: it is the document's. */
  readonly source?: string | undefined
  /** What is wrong, as one sentence without its full stop. */
  readonly message: string
  /** What to change, as one sentence without its full stop. */
  readonly cure: string
}

/** What can be wrong: with the document, or with the options as far as they are about it. */
export type OpenApiToolsFaultCode =
  | OpenApiFaultCode
  /** A rule that fits no operation. */
  | 'selection'
  /** An entry that belongs to no operation, or a value in it that the operation has no place for. */
  | 'curation'
  /** The document has the API elsewhere than `baseUrl`. */
  | 'server'
  /** A name that two tools would have. */
  | 'name'
  /** A scope of the API for which no scope of this server stands. */
  | 'server_scopes'
  /** A header of keys that no operation declares. */
  | 'idempotency'
  | 'too_many'
  /** No operation becomes a tool. */
  | 'no_tools'

/** Why an operation is no tool. */
export type ExcludedCode =
  | ExclusionCode
  /** The rules leave it out. */
  | 'not_selected'
  /** The document or the curation says that it is not for tools. */
  | 'hidden'
  /** It has servers of its own. */
  | 'server'
  /** A required argument or the body cannot be sent. */
  | 'unsupported_argument'

/** An operation that is no tool. */
export interface ExcludedFromTools {
  readonly method: string
  readonly path: string
  readonly operationId: string | undefined
  readonly code: ExcludedCode
  /** `fault`: something is to be corrected. `unsupported`: it cannot be called. `choice`: somebody wants it so. */
  readonly kind: 'fault' | 'unsupported' | 'choice'
  readonly pointer: string
  readonly line: number | undefined
  /** One sentence without its full stop. */
  readonly reason: string
  /** What to change, as one sentence without its full stop. */
  readonly cure: string
}

/** What became of a document, as plain data; the same for the same document and options. */
export interface OpenApiReport {
  readonly document: {
    readonly name: string
    readonly title: string | undefined
    readonly operations: number
    readonly tools: number
    readonly excluded: number
    /** Distinct scopes of the API in the alternatives that a new client is sent to ask for. */
    readonly apiScopes: number
    /** Distinct sets of them: how many exchanges one token of a user can cause. */
    readonly scopeSets: number
    /** How clients get to the tools. */
    readonly expose: Exposure
    /** Of the listing of all tools that are listed, as a model reads it: a quarter of its characters. */
    readonly approximateTokens: number
    /** What its security schemes say of the scopes of the API. */
    readonly scopes: readonly { readonly name: string; readonly description: string }[]
  }
  readonly tools: readonly ReportedTool[]
  readonly excluded: readonly ExcludedFromTools[]
}

/** One tool of the report. */
export interface ReportedTool {
  readonly name: string
  readonly title: string
  readonly operation: {
    readonly id: string | undefined
    readonly method: string
    readonly path: string
    readonly tags: readonly string[]
    readonly pointer: string
    readonly line: number | undefined
  }
  /** In the order in which they are tried. */
  readonly alternatives: readonly ToolAlternative[]
  /** What a caller who covers none of them is sent to ask for: always the first. */
  readonly chosen: ToolAlternative
  readonly annotations: ToolAnnotations
  readonly inputSchema: InputSchema
  /** Where each argument goes: by its name, the place and the name on the wire. */
  readonly arguments: readonly ReportedArgument[]
  /** Of the body that is sent; `undefined` if there is none. */
  readonly bodyType: string | undefined
  /** Whether the user is asked before each call. */
  readonly confirm: boolean
  /** What was made of the operation that a reader of the document does not expect. */
  readonly notes: readonly string[]
}

/** One argument of a tool, or a value that is sent without one. */
export interface ReportedArgument {
  readonly name: string
  readonly in: 'path' | 'query' | 'header' | 'querystring' | 'body'
  readonly wire: string
  readonly required: boolean
  /** Sent with each call, and not shown. */
  readonly fixed: boolean
}
