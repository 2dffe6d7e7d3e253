import type { PathTemplate, PathValue, PathValues } from './path-template.js'

/**
 * The methods of a call of an API.
 *
 * @category Calling the API
 */
export type DownstreamMethod =
  'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'QUERY'

/**
 * A query, by the names in it.
 *
 * @category Calling the API
 */
export type QueryValues = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * What a handler may say about a call. There is no place for credentials, a host or a redirect.
 *
 * @category Calling the API
 */
export interface DownstreamRequest {
  /** Default GET. */
  readonly method?: DownstreamMethod | undefined
  /** Behind the path. What is `undefined` is left out. A text is a query that is encoded already, without its `?`. */
  readonly query?: QueryValues | string | undefined
  /** Those that are `undefined` are left out. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is, in place of `json`. */
  readonly body?: DownstreamBody | undefined
  /** Lets a POST or PATCH be made again as a GET is: the API carries out one call with a key, however often it arrives. */
  readonly idempotency?: IdempotencyKey | undefined
  /**
   * Gives the names of the arguments, as the API has them, for the case that it does not accept them and `problems` of the API is
   * on: what the API says keeps these names, however they look. Default: the names of ordinary form stay.
   */
  readonly argumentNames?: (() => ReadonlySet<string>) | undefined
}

/**
 * The name of one call, by which an API knows it again (draft-ietf-httpapi-idempotency-key-header-07). That the API does is not
 * checked: give a key only where its documentation says so.
 *
 * @category Calling the API
 */
export interface IdempotencyKey {
  /** Sent as it is. A new one for each call, such as a UUID; the same one to make a call again. */
  readonly key: string
  /** The header that it is sent in. Default `Idempotency-Key`. */
  readonly header?: string | undefined
}

/**
 * A body that is not JSON.
 *
 * @category Calling the API
 */
export interface DownstreamBody {
  /** The media type, with its parameters. */
  readonly contentType: string
  readonly content: string | Uint8Array
}

/** The names in the braces of a path, as a union; `never` where there are none. */
export type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never

/**
 * A path that is written out in the program, with names in braces for its values. A text that is put together has no
 * literal type and is refused by the compiler: the values belong into `params`.
 *
 * @category Calling the API
 */
export type LiteralPath<Path extends string> =
  // A type without a member that is named by a text: it lacks that of a literal, and none of a `string`.
  Partial<Record<typeof Symbol.iterator, never>> extends Record<Path, 1>
    ? 'Write the path out, with {names} for its values, and give them as params.'
    : Path

/** A path of an API, as a text or as a template. */
export type AnyPath = string | PathTemplate

/**
 * A path that no value changes: a `LiteralPath`, or a template of `parsePathTemplate`.
 *
 * @category Calling the API
 */
export type SafePath<Path extends AnyPath> = Path extends string ? LiteralPath<Path> : Path

/** The values of a path: one for each name in it, and none beside. */
export type ParamsOf<Path extends string> = [NamesIn<Path>] extends [never]
  ? { readonly params?: Readonly<Record<string, never>> | undefined }
  : { readonly params: Readonly<Record<NamesIn<Path>, PathValue>> }

/**
 * A request whose path is a template that was read beforehand.
 *
 * @category Calling the API
 */
export interface TemplateRequest extends DownstreamRequest {
  readonly params?: PathValues | undefined
}

/** The request that goes with a path. */
export type RequestOf<Path extends AnyPath> = Path extends string
  ? DownstreamRequest & ParamsOf<Path>
  : TemplateRequest

/** The request is optional where the path has no values, or is a template. */
export type RequestArguments<Path extends AnyPath> = Path extends string
  ? [NamesIn<Path>] extends [never]
    ? [request?: RequestOf<Path>]
    : [request: RequestOf<Path>]
  : [request?: TemplateRequest]
