import type { Adapter, AdapterPayload } from 'oidc-provider'

interface Entry {
  readonly payload: AdapterPayload
  readonly expiresAtMs: number
}

const DEFAULT_MAX_ENTRIES = 10_000

/** Where the library keeps sessions, codes, grants and registered clients: in this process, bounded. */
export interface MemoryStore {
  /** The storage of one kind of record, in the shape that the library's `adapter` option wants. */
  adapterFor(kind: string): Adapter
}

/**
 * Creates an empty store. Everything in it is lost with the process.
 *
 * One store may serve several providers in turn, so that a key rotation keeps who is signed in.
 *
 * `maxEntries`: per kind of record; the oldest record goes when a new one does not fit.
 *   Defaults to 10000.
 */
export function createMemoryStore(maxEntries = DEFAULT_MAX_ENTRIES): MemoryStore {
  const kinds = new Map<string, Map<string, Entry>>()
  return {
    adapterFor(kind) {
      const existing = kinds.get(kind)
      const entries = existing ?? new Map<string, Entry>()
      if (existing === undefined) kinds.set(kind, entries)
      return createAdapter(entries, maxEntries)
    },
  }
}

function createAdapter(entries: Map<string, Entry>, maxEntries: number): Adapter {
  const read = (id: string): AdapterPayload | undefined => {
    const entry = entries.get(id)
    if (entry === undefined) return undefined
    if (entry.expiresAtMs > Date.now()) return entry.payload
    entries.delete(id)
    return undefined
  }
  const findBy = (field: 'uid' | 'userCode', value: string): AdapterPayload | undefined => {
    for (const [id, { payload }] of entries) {
      if (payload[field] === value) return read(id)
    }
    return undefined
  }

  return {
    upsert(id, payload, expiresIn) {
      const expiresAtMs = expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1000
      entries.delete(id)
      entries.set(id, { payload, expiresAtMs })
      if (entries.size > maxEntries) dropOldest(entries)
      return Promise.resolve()
    },
    find: (id) => Promise.resolve(read(id)),
    findByUid: (uid) => Promise.resolve(findBy('uid', uid)),
    findByUserCode: (userCode) => Promise.resolve(findBy('userCode', userCode)),
    consume(id) {
      const entry = entries.get(id)
      if (entry !== undefined) entry.payload.consumed = Math.floor(Date.now() / 1000)
      return Promise.resolve()
    },
    destroy(id) {
      entries.delete(id)
      return Promise.resolve()
    },
    revokeByGrantId(grantId) {
      for (const [id, { payload }] of entries) {
        if (payload.grantId === grantId) entries.delete(id)
      }
      return Promise.resolve()
    },
  }
}

function dropOldest(entries: Map<string, Entry>): void {
  const oldest = entries.keys().next()
  if (oldest.done !== true) entries.delete(oldest.value)
}
