import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../secret.js'
import type { Clock } from '../time/clock.js'

/** A state that was sealed for the call at hand. */
export interface OpenedConsent {
  /** Different in each state. */
  readonly nonce: string
  /** Epoch milliseconds. */
  readonly expiresAtMs: number
}

/** What a seal is made of. */
export interface ConsentSealOptions {
  /** The first seals, all open. */
  readonly keys: readonly [Secret, ...Secret[]]
  readonly lifetimeMs: number
  readonly clock: Clock
}

/** Keeps other uses of the same key apart. */
const LABEL = 'mcp-on-behalf-of confirmation 1'
const EXPIRY_BYTES = 6
const NONCE_BYTES = 18
const MAC_BYTES = 32
const HEAD_BYTES = EXPIRY_BYTES + NONCE_BYTES

/**
 * Seals what a client carries between a question and its answer: expiry and nonce, with an HMAC-SHA-256 over both and over the
 * subject of the consent, in base64url. Nothing in it is secret.
 */
export class ConsentSeal {
  readonly #options: ConsentSealOptions

  constructor(options: ConsentSealOptions) {
    this.#options = options
  }

  /** A new state for a subject, with the first key. */
  seal(subject: string): string {
    const { keys, lifetimeMs, clock } = this.#options
    const head = Buffer.alloc(HEAD_BYTES)
    head.writeUIntBE(Math.floor(clock() + lifetimeMs), 0, EXPIRY_BYTES)
    randomBytes(NONCE_BYTES).copy(head, EXPIRY_BYTES)
    return Buffer.concat([head, macOf(keys[0], head, subject)]).toString('base64url')
  }

  /** `mismatch` for anything that was not sealed for exactly this subject, with one of the keys. */
  open(state: unknown, subject: string): OpenedConsent | 'mismatch' | 'expired' {
    const bytes = bytesOf(state)
    if (bytes === undefined) return 'mismatch'
    const head = bytes.subarray(0, HEAD_BYTES)
    const mac = bytes.subarray(HEAD_BYTES)
    const { keys, clock } = this.#options
    if (!keys.some((key) => timingSafeEqual(macOf(key, head, subject), mac))) return 'mismatch'
    const expiresAtMs = head.readUIntBE(0, EXPIRY_BYTES)
    if (clock() >= expiresAtMs) return 'expired'
    return { nonce: head.toString('base64url', EXPIRY_BYTES), expiresAtMs }
  }
}

function macOf(key: Secret, head: Uint8Array, subject: string): Buffer {
  return createHmac('sha256', key.reveal()).update(LABEL).update(head).update(subject).digest()
}

/** Node's decoder skips what is no base64url: two texts must not be one state. */
function bytesOf(state: unknown): Buffer | undefined {
  if (typeof state !== 'string' || state.length > 2 * (HEAD_BYTES + MAC_BYTES)) return undefined
  const bytes = Buffer.from(state, 'base64url')
  const isWhole = bytes.byteLength === HEAD_BYTES + MAC_BYTES
  return isWhole && bytes.toString('base64url') === state ? bytes : undefined
}
