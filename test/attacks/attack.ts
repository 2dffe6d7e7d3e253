import type { JWK } from 'jose'
import type { KeyObject } from 'node:crypto'
import type { MintOptions } from '../helpers/test-issuer.js'

/** What came back for one bad request. */
export interface Answer {
  /** `closed`: the server ended the connection without an answer, which counts as refused. */
  readonly status: number | 'closed'
  /** Names in lower case; the last of a doubled one. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Everything that was received, as it came. */
  readonly raw: string
  /** The statuses of all answers on the connection: more than one where a request was smuggled. */
  readonly statuses: readonly number[]
  /** What of the request must appear in no answer and no log line. */
  readonly credentials: readonly string[]
}

/** A good request of a server, but for the credentials. */
export interface RequestParts {
  readonly method: string
  readonly headers: Headers
  readonly body?: string
}

export type Headers = readonly (readonly [name: string, value: string])[]

export interface KeyPair {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly jwk: JWK
}

export interface Keys {
  /** The id under which the issuer publishes its key. */
  readonly kid: string
  /** The issuer's public key, as anybody can read it. Attacks that use it need `public key`. */
  readonly published: JWK | undefined
  /** The issuer's private key. Attacks that use it need `issuer key`. */
  readonly issuer: KeyObject | undefined
  /** The attacker's own. */
  readonly rsa: KeyPair
  readonly ec: KeyPair
  readonly ed: KeyPair
}

/** The server under attack. */
export interface Target {
  readonly endpoint: URL
  readonly audience: string
  readonly issuer: string
  /** Another audience of the same issuer: the API's at the MCP server, and the other way round. */
  readonly otherAudience: string
  readonly keys: Keys
  /** A server of the attacker's, which a server must never ask for anything. */
  readonly trap: string
  readonly request: RequestParts
  /** A request that is answered 200 and touches nothing else: shows that the server is still there. */
  readonly harmless: RequestParts
  /** A token of the issuer, good but for the given changes. Attacks that use it need `issuer key`. */
  mint(options?: MintOptions): Promise<string>
  /** A token that is accepted. Attacks that use it need `good token`. */
  goodToken(): Promise<string>
}

/** What an attacker has to have beside the URL. The issuer's key stands for a token no issuer would give. */
export type Need = 'issuer key' | 'public key' | 'good token'

/** The one answer that is right. */
export interface Expectation {
  readonly status: number | readonly number[]
  /** What the body has to say, for refusals that MCP puts into an answer with status 200. */
  readonly body?: RegExp
}

export interface Attack {
  readonly name: string
  readonly needs: readonly Need[]
  readonly expected?: Expectation
  /** Harmless requests that the attack makes of right before the bad one: what is to be replayed. */
  readonly legitimateCalls?: number
  send(target: Target): Promise<Answer>
}

/** The same expectation for a list of attacks that name none of their own. */
export function expecting(expected: Expectation, attacks: readonly Attack[]): readonly Attack[] {
  return attacks.map((attack) => ({ expected, ...attack }))
}

/** What is there; attacks declare their needs, so its absence is a mistake in the attack. */
export function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the attack does not declare what it needs')
  return value
}
