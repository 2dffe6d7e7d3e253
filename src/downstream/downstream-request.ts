import type { PathTemplate, PathValue, PathValues } from './path-template.js'

/**
 * The methods of a call of an API.
 *
 * @category Calling the API
 */
export type DownstreamMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * What a handler may say about a call. There is no place for credentials, a host or a redirect.
 *
 * @category Calling the API
 */
export interface DownstreamRequest {
  /** Default GET. */
  readonly method?: DownstreamMethod | undefined
  readonly query?: Readonly<Record<string, string>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Sent as JSON. */
  readonly json?: unknown
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

/** The values of a path: one for each name in it, and none beside. */
export type ParamsOf<Path extends string> = [NamesIn<Path>] extends [never]
  ? { readonly params?: Readonly<Record<string, never>> | undefined }
  : { readonly params: Readonly<Record<NamesIn<Path>, PathValue>> }

/** The request is optional where the path has no values. */
export type RequestArguments<Path extends string> = [NamesIn<Path>] extends [never]
  ? [request?: DownstreamRequest & ParamsOf<Path>]
  : [request: DownstreamRequest & ParamsOf<Path>]

/**
 * A request whose path is a template that was read beforehand.
 *
 * @category Calling the API
 */
export interface TemplateRequest extends DownstreamRequest {
  readonly params?: PathValues | undefined
}

/** A path as the client takes it, whatever its type said. */
export type AnyPath = string | PathTemplate
