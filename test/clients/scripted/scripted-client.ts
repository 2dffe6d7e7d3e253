import type { ClientName } from '../../../cli/doctor/connector/profiles/client-profile.js'

/** What a client does that is known from reports, as far as it decides what the person gets. */
export interface Behaviour {
  /** `Accept` of the messages that it sends. */
  readonly accept: string
  /**
   * The address of its metadata document, which is its client id. `dynamic`: it registers. `by_hand`: a person enters the id of a
   * client that is registered at the authorization server.
   */
  readonly registers: `https://${string}` | 'dynamic' | 'by_hand'
  /** What it registers; the first is the one that it uses. */
  readonly redirectUris: readonly string[]
  /** `mcp_host`: it takes the origin of the endpoint for the authorization server, whatever the metadata says. */
  readonly authorizationServer: 'metadata' | 'mcp_host'
  /**
   * From where it takes the scopes that it asks for. `challenge`: the challenge, else the server's metadata. `bare`: the same,
   * without what stands in front of the last slash of each.
   */
  readonly scopes: 'challenge' | 'authorization_server' | 'bare'
  readonly sendsResource: boolean
  /** What makes it ask for more scopes. */
  readonly stepsUp: 'challenge' | 'tool_result' | 'never'
  /** Whether it asks for the scopes that it has, too, when it asks for more. */
  readonly keepsScopes: boolean
  /** What it sends as arguments where a call has none. */
  readonly noArguments: Readonly<Record<string, unknown>> | null
  /** Whether it drops tools with a union at the top of the schema, or the same enum member twice. */
  readonly dropsTools: boolean
  /** How many calls it makes at a time; each refreshes by itself. */
  readonly parallelCalls: number
}

/** What a client is tried with. The names stand in the results. */
export type ScenarioName =
  /** The set-up as it comes: signs in, lists the tools, calls `greet`. */
  | 'sign-in'
  /** The first sign-in brings `tool:whoami` alone, then it calls `greet`. */
  | 'step-up'
  /** Its token expires between two calls. */
  | 'expiry'

/** A setting of the server with which a client gets further. */
export interface Remedy {
  readonly scenario: ScenarioName
  readonly setting: string
  readonly value: string
}

export interface ScriptedClient {
  readonly name: string
  /** The client of `doctor --connector` whose way to the sign-in page it takes: what it compares, and what it insists on. */
  readonly like: ClientName
  /** What is reported of it, for the page. */
  readonly reported: string
  /** Where it is reported: `owner/repository#number`. */
  readonly threads: readonly string[]
  readonly behaviour: Partial<Behaviour>
  /** The authorization server. Default: the development authorization server. */
  readonly at?: 'entra' | undefined
  readonly scenarios: readonly ScenarioName[]
  readonly remedies?: readonly Remedy[] | undefined
}

const EVERYTHING = 'application/json, text/event-stream'

/** A client without any fault. */
export const FAULTLESS: Behaviour = {
  accept: EVERYTHING,
  registers: 'dynamic',
  redirectUris: ['http://127.0.0.1:33418/callback'],
  authorizationServer: 'metadata',
  scopes: 'challenge',
  sendsResource: true,
  stepsUp: 'challenge',
  keepsScopes: true,
  noArguments: {},
  dropsTools: false,
  parallelCalls: 1,
}
