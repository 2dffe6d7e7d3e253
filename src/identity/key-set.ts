import { withoutUndefined } from '../options/without-undefined.js'
import { createPublicKey, type KeyObject } from 'node:crypto'
import type { JSONWebKeySet, JWK } from 'jose'
import { z } from 'zod'
import { algorithmsOf } from './signing-algorithms.js'

/** What a key set holds for us, and why the rest of its members is of no use. */
export interface ReadKeySet {
  /** Public signature keys, with nothing but what a verification needs. May be empty. */
  readonly keySet: JSONWebKeySet
  /** One word for each member that was skipped. */
  readonly skipped: readonly SkippedKey[]
}

export type SkippedKey =
  'no key' | 'private' | 'other use' | 'other algorithm' | 'malformed' | 'weak'

const KEY_SET = z.looseObject({ keys: z.array(z.unknown()) })
// RFC 7518 §6.2.2, §6.3.2 and §6.4.1: any reader of the set could sign with them.
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const LEAST_RSA_BITS = 2_048
const LEAST_RSA_EXPONENT = 3n

/**
 * Reads a JWK set; returns `undefined` for any other document.
 *
 * Skips each member that cannot be used (RFC 7517 §5): symmetric, private, malformed, for another purpose, of an
 * algorithm or curve that is not verified here, or RSA with fewer than 2048 bits.
 */
export function readKeySet(document: unknown): ReadKeySet | undefined {
  const parsed = KEY_SET.safeParse(document)
  if (!parsed.success) return undefined
  const read = parsed.data.keys.map(readKey)
  return {
    keySet: { keys: read.filter((key) => typeof key !== 'string') },
    skipped: read.filter((key) => typeof key === 'string'),
  }
}

function readKey(member: unknown): JWK | SkippedKey {
  if (typeof member !== 'object' || member === null) return 'no key'
  const key = member as Readonly<Record<string, unknown>>
  if (typeof key['kty'] !== 'string') return 'no key'
  if (PRIVATE_MEMBERS.some((name) => key[name] !== undefined)) return 'private'
  if (!isForVerifying(key)) return 'other use'
  if (algorithmsOf(key).length === 0) return 'other algorithm'
  return importedKey(key)
}

/** `use` and `key_ops` restrict a key: one that is malformed allows nothing (RFC 7517 §4.2, §4.3). */
function isForVerifying({ use, key_ops: operations }: Readonly<Record<string, unknown>>): boolean {
  if (use !== undefined && use !== 'sig') return false
  if (operations === undefined) return true
  return Array.isArray(operations) && operations.includes('verify')
}

/** The key as Node's crypto writes it: members that are of no use here cannot disturb a verification. */
function importedKey(key: Readonly<Record<string, unknown>>): JWK | SkippedKey {
  const { kty, crv, x, y, n, e, kid, alg, use } = key
  let publicKey: KeyObject
  try {
    publicKey = createPublicKey({ key: { kty, crv, x, y, n, e } as JWK, format: 'jwk' })
  } catch {
    return 'malformed'
  }
  if (isWeak(publicKey)) return 'weak'
  return {
    ...(publicKey.export({ format: 'jwk' }) as JWK),
    ...withoutUndefined({
      kid: typeof kid === 'string' ? kid : undefined,
      alg: typeof alg === 'string' ? alg : undefined,
      use: use === 'sig' ? use : undefined,
    }),
  }
}

function isWeak({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): boolean {
  if (asymmetricKeyType !== 'rsa') return false
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails
  return modulusLength < LEAST_RSA_BITS || publicExponent < LEAST_RSA_EXPONENT
}
