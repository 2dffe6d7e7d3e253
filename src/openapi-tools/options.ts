import type { OpenApiOverlay } from '../openapi/overlays/overlay.js'
import type { ScopesByMethod } from '../openapi/security-types.js'
import type { Secret } from '../secret.js'

/**
 * How the operations of an OpenAPI document become tools.
 *
 * @category Start here
 */
export interface ToolsFromOpenApiOptions {
  /** The API that the tools call: its name in `apis` of `onBehalfOf`, which says where it is. The document never does. */
  readonly api: string
  /** How messages name the document. Default `openapi document`. */
  readonly name?: string | undefined
  /**
   * Documents of the Overlay Specification (1.0, 1.1), applied to the document in their order before anything is read from it. An
   * action that selects nothing is a warning; one that cannot be applied is a fault.
   */
  readonly overlays?: readonly OpenApiOverlay[] | undefined
  /**
   * Which operations become tools: rules, of which the first that fits an operation decides. `!` in front excludes. One that
   * no rule fits is left out.
   *
   * A rule is `*`, `deprecated`, `internal`, `enabled` (`x-mcp: true`), `tag:bookings`, `id:create*`, `GET`, `/trips/**` or
   * `GET /trips/*`; `*` stands for anything within a segment, `**` for anything. A text holds several rules with spaces between
   * them, and quotes around what has spaces: `tag:"Trip planning"`. Each entry of a list is one rule.
   *
   * What the document says is not for tools (`x-mcp: false`) is left out, whatever the rules say. Default
   * `!deprecated !internal *`.
   */
  readonly operations?: string | readonly string[] | undefined
  /** What holds for single operations, by operationId or `GET /path`. It wins over what the document says. */
  readonly curation?: Readonly<Record<string, CuratedOperation>> | undefined
  /** Which scopes of this server stand for scopes of the API. Default `same`. */
  readonly serverScopes?: ServerScopes | undefined
  /** What an operation needs if neither it nor the document says so. Default `fault`: it is left out. */
  readonly scopesMissing?: 'fault' | 'none' | ScopesByMethod | undefined
  /** Whether calls without the API's scopes are made where the document allows it (`{}`). Default `require`: no. */
  readonly optionalSecurity?: 'require' | 'allow' | undefined
  /**
   * Names of the security schemes that the user's token satisfies. Default: all `oauth2`, `openIdConnect` and HTTP bearer ones.
   */
  readonly schemes?: readonly string[] | undefined
  /**
   * Keys by which the API knows a call again. `declared`: in the header `Idempotency-Key`, in any case, for operations that declare it as
   * a parameter. `{ header }`: in that one, for these and for all that write (whose `readOnlyHint` is not true), declared or not: the API
   * has to know it everywhere, but for operations with `idempotency: false` in `curation`. `off`: no header is one; the model gives it as
   * any other.
   *
   * Each call gets a new UUID, which the model does not see. A POST or PATCH with one is made again after a 401 and after a
   * connection that broke; where its outcome stays unknown, the model may repeat it with the argument `retry_of`, within an hour,
   * as the same user, with the same arguments, at the same process or wherever `retryKeys` are the same. Default `declared`.
   */
  readonly idempotency?: 'off' | 'declared' | { readonly header: string } | undefined
  /**
   * Seal the ids for `retry_of`: 32 random characters or more each, the same in all instances. The first seals, all open, so that a key
   * can be replaced. Default: a random one, for these tools alone.
   */
  readonly retryKeys?: readonly Secret[] | undefined
  /** Of one answer of the API, as the model gets it: longer ones are cut. Default 80000. */
  readonly answerBytes?: number | undefined
  /**
   * Where the API is, as in `apis`. Compared with the document's `servers`: another path is a fault, another host a warning.
   * Default: nothing is compared.
   */
  readonly baseUrl?: URL | undefined
  /**
   * How clients get to the operations. `tools`: each is a tool of the list. `search`: none is listed; `searchTools` of the result find,
   * describe and call them. `both`: they are listed, and there are `searchTools`. Default `tools`.
   */
  readonly expose?: Exposure | undefined
  /**
   * More tools than this are a fault: models choose badly among many. Default 128; with `search`, where they are not listed, 5000.
   */
  readonly maxTools?: number | undefined
  /** Names that no tool may get: those of the server's own tools. */
  readonly reservedNames?: readonly string[] | undefined
  /**
   * Before which calls the user is asked. `destructive`: those that do not only read, and are not said to leave alone what is there
   * (`destructiveHint: false`). `writes`: all that do not only read. `confirm` of a curation or of `x-mcp` decides otherwise for
   * single operations. Default `off`.
   */
  readonly confirm?: ConfirmLevel | undefined
  /** How messages name these options, for a program whose settings have other names. Default: as they are called here. */
  readonly optionNames?: OptionNames | undefined
}

/** How clients get to operations: as tools of their own, by tools that find, describe and call them, or by both. */
export type Exposure = 'tools' | 'search' | 'both'

/** Before which calls of a document's tools the user is asked. */
export const CONFIRM_LEVELS = ['off', 'destructive', 'writes'] as const

/** One of `CONFIRM_LEVELS`. */
export type ConfirmLevel = (typeof CONFIRM_LEVELS)[number]

/** The names of settings that stand for options. */
export interface OptionNames {
  readonly overlays?: string | undefined
  readonly operations?: string | undefined
  readonly curation?: string | undefined
  readonly serverScopes?: string | undefined
  readonly scopesMissing?: string | undefined
  readonly baseUrl?: string | undefined
  readonly idempotency?: string | undefined
  readonly maxTools?: string | undefined
  readonly expose?: string | undefined
}

/**
 * Which scopes of this server a caller needs, for the scopes of the API that an operation needs.
 *
 * `same`: those of the same names. `none`: none, a sign-in is enough here. `prefix`: the same with a prefix. `pairs`: as
 * written; a scope without an entry is a fault. `byMethod`: by the method of the operation alone.
 */
export type ServerScopes =
  | 'same'
  | 'none'
  | { readonly prefix: string }
  | { readonly pairs: Readonly<Record<string, readonly string[]>> }
  | { readonly byMethod: ScopesByMethod }

/** What holds for one operation, in place of what the document says. */
export interface CuratedOperation {
  /** Of the tool. Letters, digits and `_`, a letter first, at most 48. */
  readonly name?: string | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  /** Scopes of the API that are needed together, in place of the document's requirement. */
  readonly scopes?: readonly string[] | undefined
  /** Scopes of this server that a caller needs, in place of those that follow from the API's. */
  readonly serverScopes?: readonly string[] | undefined
  /** `true` leaves the operation out; `false` overrules `x-mcp: false`. */
  readonly hidden?: boolean | undefined
  /** Hints for clients; they overrule those that follow from the method. */
  readonly annotations?: CuratedHints | undefined
  /**
   * Values that are sent with each call, by the name of the argument or of the parameter. The model does not see such
   * arguments and cannot give them.
   */
  readonly fixed?: Readonly<Record<string, unknown>> | undefined
  /** Whether the user is asked before each call, in place of what `confirm` of the options says. */
  readonly confirm?: boolean | undefined
  /** `false`: calls get no key of idempotency, whatever `idempotency` of the options says. A header for it is an argument as any other. */
  readonly idempotency?: false | undefined
}

/** Hints of a tool (MCP `ToolAnnotations`). */
export interface CuratedHints {
  readonly readOnlyHint?: boolean | undefined
  readonly destructiveHint?: boolean | undefined
  readonly idempotentHint?: boolean | undefined
  readonly openWorldHint?: boolean | undefined
}

/** What holds where nothing else is said. */
export const OPENAPI_TOOLS_DEFAULTS = {
  name: 'openapi document',
  operations: '!deprecated !internal *',
  serverScopes: 'same',
  scopesMissing: 'fault',
  optionalSecurity: 'require',
  idempotency: 'declared',
  answerBytes: 80_000,
  confirm: 'off',
  maxTools: 128,
  expose: 'tools',
} as const

/** How many tools a document may give at most. Those that are not listed are bounded by the time that it takes to make them. */
export function maxToolsOf({
  maxTools,
  expose,
}: Pick<ToolsFromOpenApiOptions, 'maxTools' | 'expose'>): number {
  return maxTools ?? (expose === 'search' ? MAX_CONVERTED : OPENAPI_TOOLS_DEFAULTS.maxTools)
}

/** Of operations whose schemas are converted: it takes about a millisecond for each. */
export const MAX_CONVERTED = 5_000
