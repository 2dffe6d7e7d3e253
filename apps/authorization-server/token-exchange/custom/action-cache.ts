const MAX_ENTRIES = 20
const MAX_KEY_BYTES = 64
const MAX_VALUE_BYTES = 4 * 1024
const MAX_BYTES = 8 * 1024
const DAY_MS = 24 * 60 * 60 * 1000

/** A value as `api.cache.get` returns it. */
export interface CacheRecord {
  readonly value: string
  /** Epoch milliseconds. */
  readonly expires_at: number
}

/** Whether a write took effect. */
export type CacheWriteResult =
  { readonly type: 'success' } | { readonly type: 'error'; readonly code: string }

/** The `api.cache` of the Actions of one trigger. */
export interface ActionCache {
  get(key: string): CacheRecord | undefined
  set(
    key: string,
    value: string,
    options?: { readonly ttl?: number; readonly expires_at?: number },
  ): CacheWriteResult
  delete(key: string): CacheWriteResult
}

/**
 * Creates an empty cache with Auth0's limits: 20 entries, 64 bytes a key, 4 KB a value, 8 KB altogether, a day at most.
 *
 * A write beyond a limit changes nothing, and its result says so.
 */
export function createActionCache(now: () => number): ActionCache {
  const records = new Map<string, CacheRecord>()
  const purge = (): void => {
    for (const [key, { expires_at: expiresAt }] of records) {
      if (expiresAt <= now()) records.delete(key)
    }
  }
  return {
    get(key) {
      purge()
      return records.get(key)
    },
    set(key, value, { ttl = DAY_MS, expires_at: expiresAt = Infinity } = {}) {
      purge()
      const others = [...records].filter(([name]) => name !== key)
      const fault = faultOf(key, value, others)
      if (fault !== undefined) return { type: 'error', code: fault }
      records.set(key, { value, expires_at: Math.min(now() + Math.min(ttl, DAY_MS), expiresAt) })
      return { type: 'success' }
    },
    delete(key) {
      return records.delete(key) ? { type: 'success' } : { type: 'error', code: 'NOT_FOUND' }
    },
  }
}

function faultOf(
  key: unknown,
  value: unknown,
  others: readonly (readonly [string, CacheRecord])[],
): string | undefined {
  if (typeof key !== 'string' || typeof value !== 'string') return 'INVALID_TYPE'
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return 'KEY_TOO_LARGE'
  if (Buffer.byteLength(value) > MAX_VALUE_BYTES) return 'VALUE_TOO_LARGE'
  if (others.length >= MAX_ENTRIES) return 'TOO_MANY_ENTRIES'
  const held = others.map(([name, record]) => name + record.value).join('')
  return Buffer.byteLength(held + key + value) > MAX_BYTES ? 'CACHE_FULL' : undefined
}
