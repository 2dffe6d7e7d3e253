import { createHmac, hash } from 'node:crypto'
import type { Secret } from '../secret.js'
import { derivedKeys } from './derived-keys.js'

/** The key of what is kept for `text`, which nobody can guess, or which may be known: the store has its digest (SHA-256) alone. */
export function digestedKey(kind: string, text: string): string {
  return `${kind}:${hash('sha256', text, 'base64url')}`
}

/**
 * Digests of texts that can be guessed, such as a user or an address: HMAC-SHA-256 (RFC 2104) with a key that follows from the first of the
 * master keys. Whoever has the store alone cannot try who is in it. Instances with another first key have other digests.
 */
export function guessableDigests(keys: readonly Secret[]): (text: string) => string {
  const [key] = derivedKeys(keys.slice(0, 1), 'names in the store')
  if (key === undefined) throw new TypeError('there is no key for digests')
  return (text) => createHmac('sha256', key.reveal()).update(text).digest('base64url')
}
