import { randomBytes } from 'node:crypto'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { z } from 'zod'
import type { Secret } from '../secret.js'
import { keyBytes } from '../store/derived-keys.js'
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

/** What sign-ins are sealed with, and how long they may take. */
export interface SignInStatesOptions {
  readonly clock: Clock
  readonly lifetimeMs: number
  /** The first seals, all open. Default: a random one, which no other process has. */
  readonly keys?: readonly Secret[] | undefined
}

const RANDOM_BYTES = 32
const KEY_BYTES = 32
const MAX_CHARACTERS = 2_000

/**
 * Keeps the state of a sign-in in a cookie of the browser that began it, encrypted (A256GCM): strangers who begin one take no memory
 * of this process, and nobody else's browser can end it.
 */
export class SignInStates {
  readonly #keys: readonly [Uint8Array, ...Uint8Array[]]
  readonly #clock: Clock
  readonly #lifetimeMs: number

  constructor({ clock, lifetimeMs, keys = [] }: SignInStatesOptions) {
    const [first = randomBytes(KEY_BYTES), ...more] = keys.map(keyBytes)
    this.#keys = [first, ...more]
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
      .encrypt(this.#keys[0])
  }

  /** `undefined` for anything that was not sealed with one of the keys, and for what has expired. */
  async open(sealed: string | undefined): Promise<SignInState | undefined> {
    if (sealed === undefined || sealed.length > MAX_CHARACTERS) return undefined
    for (const key of this.#keys) {
      const state = await openWith(key, sealed)
      if (state !== undefined) return this.#clock() < state.expiresAtMs ? state : undefined
    }
    return undefined
  }
}

async function openWith(key: Uint8Array, sealed: string): Promise<SignInState | undefined> {
  try {
    const { plaintext } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    return STATE.parse(JSON.parse(Buffer.from(plaintext).toString()))
  } catch {
    return undefined
  }
}
