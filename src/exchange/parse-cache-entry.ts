import { Secret } from '../secret.js'
import { isRemembered } from './definite-refusals.js'
import type { CacheEntry } from './token-cache.js'
import type { ExchangedToken } from './token-exchanger.js'

/**
 * Reads what a cache returned: `undefined` for a miss (`undefined` or `null`).
 *
 * Throws a `TypeError` for anything that cannot be an entry that was kept: a store may be shared, old or somebody
 * else's. Looks at the shape alone: whose entry it is and whether it still counts is for the caller to check.
 */
export function parseCacheEntry(value: unknown): CacheEntry | undefined {
  if (value === undefined || value === null) return undefined
  if (!isEntry(value)) throw new TypeError('the cache returned something that is no entry')
  return value
}

function isEntry(value: unknown): value is CacheEntry {
  if (!isObject(value)) return false
  const { issuer, subject, expiresAtMs, token, refusal } = value
  const owned = typeof issuer === 'string' && typeof subject === 'string'
  if (!owned || typeof expiresAtMs !== 'number') return false
  return token === undefined ? isRefusal(refusal) : refusal === undefined && isToken(token)
}

function isRefusal(value: unknown): boolean {
  return (
    isObject(value) && isObject(value['details']) && isRemembered(value['code'], value['details'])
  )
}

function isToken(value: unknown): value is ExchangedToken {
  if (!isObject(value) || !(value['token'] instanceof Secret)) return false
  const { expiresAtSeconds, scopes } = value
  const expires = expiresAtSeconds === undefined || typeof expiresAtSeconds === 'number'
  const scoped = scopes === undefined || (Array.isArray(scopes) && scopes.every(isText))
  return expires && scoped
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
