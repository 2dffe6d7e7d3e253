import type { AcceptForm } from '../walk/requests.js'
import type { RedirectRule } from '../walk/redirects.js'

/** The clients that the doctor knows. Stable, for machines and `--client`. */
export const CLIENT_NAMES = [
  'claude',
  'claude-code',
  'chatgpt',
  'codex',
  'vscode',
  'cursor',
  'inspector',
  'sdk-v1',
  'sdk-v2',
  'mcp-remote',
  'strict',
  'web-page',
] as const

export type ClientName = (typeof CLIENT_NAMES)[number]

/** What a client does, as far as servers differ in it. */
export interface ClientProfile {
  readonly name: ClientName
  readonly title: string
  /** `run`: compared with the client itself by test, in this version. `reported`: from public reports and documents. */
  readonly basis: { readonly kind: 'run'; readonly version: string } | { readonly kind: 'reported' }
  /** Runs on its maker's servers: reaches the internet only, trusts public authorities only. */
  readonly hosted: boolean
  /** Each of them is sent by some part of it. */
  readonly accepts: readonly AcceptForm[]
  readonly redirects: RedirectRule
  /** Reads the body of the 401 to its end before it goes on. */
  readonly readsRefusals: boolean
  /** Goes on to the older transport where POST is answered by 404 or 405. */
  readonly legacyTransport: boolean
  readonly challenge: ChallengeReader
  readonly resourceMetadata: ResourceMetadataRule
  /**
   * `prefix`: same origin, and the path of the endpoint begins with that of the resource (MCP SDK). `exact`: as RFC 9728 §3.3
   * says, byte for byte.
   */
  readonly resource: 'prefix' | 'exact'
  readonly serverMetadata: ServerMetadataRule
  /** `listed`: refuses a server that does not name S256. `not_excluded`: refuses one that names other methods only. */
  readonly pkce: 'listed' | 'not_excluded'
  /** Which endpoints it does not use where they are plain http to another machine. */
  readonly needsHttps: 'all' | 'token' | 'none'
  readonly registration: readonly ('document' | 'dynamic')[]
  /** Whether a person can enter the id of a client that is registered by hand. */
  readonly takesClientId: boolean
  /** From where it takes the scopes that it asks for. */
  readonly scopes: 'server' | 'authorization_server'
  /** Runs in a web page, and needs CORS. */
  readonly inPage: boolean
}

/** How a client finds `resource_metadata` in a challenge. */
export type ChallengeReader =
  /** The first challenge alone, which has to be Bearer or DPoP; with or without quotes (MCP SDK). */
  | 'sdk'
  /** As RFC 9110 §11.6.1 says: any challenge, quoted strings. */
  | 'rfc'

export interface ResourceMetadataRule {
  /** Whether it looks at the well-known addresses too, where the address of the challenge has nothing. */
  readonly fallsBackFromChallenge: boolean
  /** Which well-known addresses it knows, in its order. */
  readonly wellKnown: readonly ('path' | 'root')[]
  /** What it does where there is no metadata: take the origin of the endpoint for the authorization server, or stop. */
  readonly without: 'origin_is_server' | 'stop'
  /** What it does where the address cannot be reached: as above, or stop. */
  readonly unreachable: 'as_missing' | 'stop'
}

export interface ServerMetadataRule {
  readonly addresses: 'all' | 'rfc8414'
  /** At the addresses of OpenID Connect: refuses metadata that lacks what OpenID Connect Discovery requires (MCP SDK), or takes it. */
  readonly openid: 'complete' | 'any'
  /** Whether it goes on to the next address where one cannot be reached. */
  readonly passesUnreachable: boolean
  /** Status codes from 500 on at which it goes on all the same. */
  readonly passesStatus: readonly number[]
  /** Whether it compares the issuer: byte for byte, but for a slash at the end that only authorization_servers has; or not at all. */
  readonly issuer: 'exact' | 'ignored'
  /** What it does where there is none: use /authorize, /token and /register, or stop. */
  readonly without: 'usual_endpoints' | 'stop'
}
