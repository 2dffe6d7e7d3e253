import { isJsonObject, jsonObject } from '../http/json-object.js'
import { Secret } from '../secret.js'
import type { CacheOwner } from './token-cache.js'
import type { ExchangedToken } from './token-exchanger.js'

/** An entry that has a token, not a refusal. */
type TokenEntry = CacheOwner & { readonly expiresAtMs: number; readonly token: ExchangedToken }

/** An entry with its token as text, for a place where it is sealed. */
export function cacheEntryText(entry: TokenEntry): string {
  const { issuer, subject, expiresAtMs, token } = entry
  return JSON.stringify({
    issuer,
    subject,
    expiresAtMs,
    token: { ...token, token: token.token.reveal() },
  })
}

/** What `cacheEntryText` has written, unchecked but for the token; `undefined` for anything else. */
export function cacheEntryOf(text: string): unknown {
  const entry = jsonObject(text)
  const { token } = entry
  if (!isJsonObject(token) || typeof token['token'] !== 'string') return undefined
  return { ...entry, token: { ...token, token: new Secret(token['token']) } }
}
