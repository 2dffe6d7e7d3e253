import {
  type CryptoKey,
  type JSONWebKeySet,
  type JWK,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
} from 'jose'
import { randomUUID } from 'node:crypto'

/** The one algorithm of this server's tokens. */
export const SIGNING_ALGORITHM = 'RS256'

interface SigningKey {
  readonly kid: string
  readonly privateJwk: JWK
}

/** An immutable set of signing keys; `rotate` returns the set that follows it. */
export interface KeyRing {
  /** Id of the key that signs now. */
  readonly currentKid: string
  /** Private keys, the one that signs now first. For the library; never publish it. */
  readonly privateJwks: { readonly keys: readonly JWK[] }
  /** Finds the public key for a token of this server, as `jose`'s verify functions want it. */
  readonly findPublicKey: ReturnType<typeof createLocalJWKSet>
  signingKey(): Promise<CryptoKey>
  rotate(): Promise<KeyRing>
}

/**
 * Creates a ring of two fresh RSA keys: one that signs, one that will sign after the next rotation.
 *
 * A rotation makes the second key the first, adds a new second one, and publishes the old first for
 * one more turn, so that tokens it signed stay valid. Keys live in memory only.
 */
export async function createKeyRing(): Promise<KeyRing> {
  const [current, next] = await Promise.all([createSigningKey(), createSigningKey()])
  return keyRing(current, next)
}

function keyRing(current: SigningKey, next: SigningKey, previous?: SigningKey): KeyRing {
  const keys = [current, next, ...(previous === undefined ? [] : [previous])]
  const publicJwks: JSONWebKeySet = { keys: keys.map(({ privateJwk }) => publicPart(privateJwk)) }
  return {
    currentKid: current.kid,
    privateJwks: { keys: keys.map(({ privateJwk }) => privateJwk) },
    findPublicKey: createLocalJWKSet(publicJwks),
    async signingKey() {
      const key = await importJWK(current.privateJwk, SIGNING_ALGORITHM)
      if (key instanceof Uint8Array) throw new TypeError('an RSA key is never a byte array')
      return key
    },
    async rotate() {
      return keyRing(next, await createSigningKey(), current)
    },
  }
}

async function createSigningKey(): Promise<SigningKey> {
  const kid = randomUUID()
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { kid, privateJwk: { ...jwk, kid, alg: SIGNING_ALGORITHM, use: 'sig' } }
}

/** A list of what may leave, not of what must stay. */
const PUBLIC_MEMBERS = ['kty', 'n', 'e', 'kid', 'alg', 'use'] as const

function publicPart(jwk: JWK): JWK {
  return Object.fromEntries(PUBLIC_MEMBERS.map((name) => [name, jwk[name]]))
}
