import { randomBytes } from 'node:crypto'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { z } from 'zod'
import type { Clock } from '../time/clock.js'

/** What has to come back from a sign-in, in the browser that began it. */
export interface SignInState {
  /** Which of the issuers. */
  readonly place: number
  /** `state` of the authorization request (RFC 6749 §10.12). */
  readonly state: string
  /** `nonce` (OpenID Connect Core §3.1.2.1). */
  readonly nonce: string
  /** `code_verifier` (RFC 7636 §4.1). */
  readonly codeVerifier: string
  /** What the person wants to see. */
  readonly returnTo: string
  /** Epoch milliseconds. */
  readonly expiresAtMs: number
}

const STATE = z.strictObject({
  place: z.int(),
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  returnTo: z.string(),
  expiresAtMs: z.number(),
})

const RANDOM_BYTES = 32
const MAX_CHARACTERS = 2_000

/**
 * Keeps the state of a sign-in in a cookie of the browser that began it, encrypted (A256GCM) with a key of this process: strangers
 * who begin one take none of its memory, and nobody else's browser can end it.
 */
export class SignInStates {
  readonly #key = randomBytes(32)
  readonly #clock: Clock
  readonly #lifetimeMs: number

  constructor({ clock, lifetimeMs }: { readonly clock: Clock; readonly lifetimeMs: number }) {
    this.#clock = clock
    this.#lifetimeMs = lifetimeMs
  }

  /** A new state, with all that is random in it. */
  create(place: number, returnTo: string): SignInState {
    const random = (): string => randomBytes(RANDOM_BYTES).toString('base64url')
    return {
      ...{ place, state: random(), nonce: random(), codeVerifier: random(), returnTo },
      expiresAtMs: this.#clock() + this.#lifetimeMs,
    }
  }

  /** The state as the value of a cookie. */
  seal(state: SignInState): Promise<string> {
    return new CompactEncrypt(Buffer.from(JSON.stringify(state)))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(this.#key)
  }

  /** `undefined` for anything that this process has not sealed, and for what has expired. */
  async open(sealed: string | undefined): Promise<SignInState | undefined> {
    if (sealed === undefined || sealed.length > MAX_CHARACTERS) return undefined
    try {
      const { plaintext } = await compactDecrypt(sealed, this.#key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      })
      const state = STATE.parse(JSON.parse(Buffer.from(plaintext).toString()))
      return this.#clock() < state.expiresAtMs ? state : undefined
    } catch {
      return undefined
    }
  }
}
