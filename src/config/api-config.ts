import type { ExchangeTarget } from '../exchange/exchange-target.js'
import type { CuratedOperation, ToolsFromOpenApiOptions } from '../openapi-tools/options.js'

/** One protected API. */
export interface ApiConfig {
  /** Its identifier at the authorization server. */
  readonly audience: string
  readonly baseUrl: URL
  /** How tokens for it are exchanged, where it is not as for the others. */
  readonly exchange: ExchangeTarget | undefined
  /** Whether a model reads what it says of a call that it did not accept. */
  readonly problems: boolean
  /** Its OpenAPI document; `undefined`: none. */
  readonly openapi: OpenApiConfig | undefined
  /** What messages call the places where this was said: settings, or places in the configuration file. */
  readonly names: ApiNames
}

/** How messages name the parts of an API: by settings, or by places in the configuration file. */
export interface ApiNames {
  /** The API as a whole. */
  readonly api: string
  readonly audience: string
  readonly baseUrl: string
  readonly exchange: string
}

/** The OpenAPI document of an API, and what is made of it. */
export interface OpenApiConfig extends Pick<
  ToolsFromOpenApiOptions,
  | 'operations'
  | 'serverScopes'
  | 'scopesMissing'
  | 'optionalSecurity'
  | 'idempotency'
  | 'answerBytes'
  | 'confirm'
  | 'maxTools'
  | 'expose'
  | 'optionNames'
> {
  /** The path of a file, or a URL. */
  readonly document: string
  /** How messages name it: without a query, which may hold a key. */
  readonly documentName: string
  /** Paths of files, or URLs, in the order in which they are applied. Default: none. */
  readonly overlays?: readonly string[] | undefined
  /** Entries, or the path of a file that has them. */
  readonly curation: string | Readonly<Record<string, CuratedOperation>> | undefined
  /** How often the document and its curation are read again. Default: 0, never by themselves. */
  readonly reloadSeconds?: number | undefined
  /** Put in front of the name of every tool. */
  readonly toolPrefix: string | undefined
}
