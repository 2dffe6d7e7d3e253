import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { PendingCall } from '../../../src/confirmation/pending-calls.js'
import { SharedPendingCalls } from '../../../src/confirmation/shared-pending-calls.js'
import { Secret } from '../../../src/secret.js'
import { createMemoryStore } from '../../../src/store/memory-store.js'
import { StoreUnavailableError, type Store } from '../../../src/store/store.js'

const LIFETIME_MS = 300_000
const KEYS = [new Secret('k'.repeat(32))]

/** Two instances on one store. */
function fleet({ maxPerUser, wrap }: { maxPerUser?: number; wrap?: (store: Store) => Store } = {}) {
  const time = { nowMs: 1_000_000 }
  const clock = (): number => time.nowMs
  const memory = createMemoryStore({ clock })
  const store = wrap?.(memory) ?? memory
  const instance = (): SharedPendingCalls =>
    new SharedPendingCalls({ store, keys: KEYS, lifetimeMs: LIFETIME_MS, clock, maxPerUser })
  return { time, store, instance, one: instance(), two: instance() }
}

const asked = (subject: string, user = 'alice') => ({
  ...{ user, subject, tool: 'cancel', question: `Cancel ${subject}?`, client: { id: 'client' } },
})

async function waits(
  calls: SharedPendingCalls,
  subject: string,
  user?: string,
): Promise<PendingCall> {
  const taken = await calls.take(asked(subject, user))
  if (taken === 'full' || taken.kind !== 'waiting') throw new Error(`${subject} does not wait`)
  return taken.call
}

async function approved(calls: SharedPendingCalls, subject: string) {
  const taken = await calls.take(asked(subject))
  if (taken === 'full' || taken.kind !== 'approved') throw new Error(`${subject} is not approved`)
  return taken
}

describe('calls that wait in all instances', () => {
  test('have one id in all of them, and are shown and approved in any', async () => {
    const { one, two } = fleet()
    const call = await waits(one, 'a')
    expect(await waits(two, 'a')).toEqual(call)
    expect(await two.find(call.id)).toEqual(call)
    expect([await two.has('a'), await two.has('b')]).toEqual([true, false])
    expect(await two.decide(call.id, 'approved')).toBe(true)
    expect(await one.decide(call.id, 'declined')).toBe(false)
    expect(await one.find(call.id)).toMatchObject({ state: 'approved' })
    await approved(one, 'a')
    expect(await two.find(call.id)).toBeUndefined()
    expect(await two.has('a')).toBe(false)
    expect((await waits(two, 'a')).id).not.toBe(call.id)
  })

  test('count once, however many ask at the same time', async () => {
    const { one, two } = fleet()
    const { id } = await waits(one, 'a')
    await one.decide(id, 'approved')
    const taken = await Promise.all(
      [one, two, one, two, one, two].map((calls) => calls.take(asked('a'))),
    )
    const kinds = taken.map((each) => (each === 'full' ? each : each.kind))
    expect(kinds.filter((kind) => kind === 'approved')).toHaveLength(1)
    const ids = taken.flatMap((each) =>
      typeof each === 'object' && 'call' in each ? each.call.id : [],
    )
    expect(ids).toHaveLength(5)
    expect(new Set(ids).size).toBe(1)
    expect(ids).not.toContain(id)
  })

  test('that are asked about by two instances at once are one call', async () => {
    const { one, two } = fleet()
    const [first, second] = await Promise.all([waits(one, 'a'), waits(two, 'a')])
    expect(first.id).toBe(second.id)
  })

  test('are told that they were declined once, and are asked about anew', async () => {
    const { one, two } = fleet()
    const { id } = await waits(one, 'a')
    await two.decide(id, 'declined')
    expect(await one.take(asked('a'))).toEqual({ kind: 'declined' })
    expect(await two.take(asked('a'))).toMatchObject({ kind: 'waiting' })
  })

  test('are gone when their time is over, and their approval counts for another lifetime', async () => {
    const { time, one, two } = fleet()
    const { id } = await waits(one, 'a')
    time.nowMs += LIFETIME_MS - 1
    expect(await two.decide(id, 'approved')).toBe(true)
    time.nowMs += LIFETIME_MS - 1
    expect(await one.find(id)).toMatchObject({ state: 'approved' })
    time.nowMs += 1
    expect(await one.find(id)).toBeUndefined()
    const anew = await waits(one, 'a')
    time.nowMs += LIFETIME_MS
    expect(await two.decide(anew.id, 'approved')).toBe(false)
    expect((await waits(two, 'a')).id).not.toBe(anew.id)
  })

  test('count once more after they were given back, once alone', async () => {
    const { one, two } = fleet()
    const { id } = await waits(one, 'a')
    await one.decide(id, 'approved')
    const { giveBack } = await approved(one, 'a')
    giveBack()
    await settled()
    await approved(two, 'a')
    giveBack()
    await settled()
    expect(await one.take(asked('a'))).toMatchObject({ kind: 'waiting' })
  })

  test('are not approved by what is given back where they are being asked about anew', async () => {
    const { one, two } = fleet()
    await one.decide((await waits(one, 'a')).id, 'approved')
    const { giveBack } = await approved(one, 'a')
    const { id } = await waits(two, 'a')
    giveBack()
    await settled()
    expect(await one.take(asked('a'))).toMatchObject({ kind: 'waiting', call: { id } })
  })

  test('are waited for until they are answered in any instance, or their time is over', async () => {
    const { time, one, two } = fleet()
    const { signal } = new AbortController()
    const { id } = await waits(one, 'a')
    const decided = one.decided(id, signal)
    await two.decide(id, 'declined')
    expect(await decided).toBe(true)
    expect(await two.decided(id, signal)).toBe(true)
    const late = await waits(one, 'b')
    const missed = one.decided(late.id, signal)
    await settled()
    time.nowMs += LIFETIME_MS
    expect(await missed).toBe(false)
    expect(await one.decided((await waits(one, 'c')).id, AbortSignal.abort())).toBe(false)
  })

  test('have room for so many of a user in all instances, and others are not met', async () => {
    const { time, one, two } = fleet({ maxPerUser: 2 })
    const { id } = await waits(one, 'a')
    await waits(two, 'b')
    expect(await one.take(asked('c'))).toBe('full')
    expect(await two.take(asked('a'))).toMatchObject({ kind: 'waiting' })
    await waits(one, 'of bob', 'bob')
    await one.decide(id, 'declined')
    await waits(two, 'c')
    expect(await two.take(asked('d'))).toBe('full')
    time.nowMs += LIFETIME_MS
    await waits(two, 'd')
  })

  test('are lost where the store has lost anything of them, and never approved by it', async () => {
    const forgotten: string[] = []
    const wrap = (store: Store): Store => ({
      ...withMethods(store),
      get: (key) => {
        const isForgotten = forgotten.some((kind) => key.startsWith(`${kind}:`))
        return isForgotten ? Promise.resolve(undefined) : store.get(key)
      },
    })
    for (const kind of ['pc', 'ps', 'pd']) {
      const { one, two } = fleet({ wrap })
      await one.decide((await waits(one, 'a')).id, 'approved')
      forgotten.splice(0, forgotten.length, kind)
      const taken = await two.take(asked('a'))
      expect(taken === 'full' ? taken : taken.kind, kind).toMatch(/^(?:full|waiting)$/)
      forgotten.length = 0
    }
  })

  test('cannot be approved, or read, by who writes into the store or reads it', async () => {
    const written = new Map<string, Uint8Array>()
    const wrap = (store: Store): Store => ({
      ...withMethods(store),
      set: (key, value, options) => {
        written.set(key, value)
        return store.set(key, value, options)
      },
    })
    const { store, one } = fleet({ wrap })
    const { id } = await waits(one, 'a')
    await one.decide((await waits(one, 'b')).id, 'approved')
    const decision = [...written].find(([key]) => key.startsWith('pd:'))
    const key = `pd:${hash('sha256', id, 'base64url')}`
    await store.set(key, decision?.[1] ?? new Uint8Array(), { ttlMs: LIFETIME_MS })
    expect(await one.find(id)).toMatchObject({ state: 'waiting' })
    await store.set(key, Buffer.from('{"state":"approved","expiresAtMs":9e15}'), { ttlMs: 1_000 })
    expect(await one.find(id)).toMatchObject({ state: 'waiting' })
    const all = [...written].flatMap(([name, value]) => [
      name,
      Buffer.from(value).toString('latin1'),
    ])
    for (const clear of ['alice', 'cancel', 'Cancel a?', 'client', id]) {
      expect(all.join('\n')).not.toContain(clear)
    }
  })

  test('are neither asked about nor decided while the store cannot be had', async () => {
    const { store, one } = fleet()
    const { id } = await waits(one, 'a')
    await store.close()
    await expect(one.take(asked('a'))).rejects.toThrow(StoreUnavailableError)
    await expect(one.find(id)).rejects.toThrow(StoreUnavailableError)
    await expect(one.decide(id, 'approved')).rejects.toThrow(StoreUnavailableError)
  })
})

/** Long enough for all that is under way in memory. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** The methods of a store as members of a plain object. */
function withMethods(store: Store): Store {
  return {
    get: (key) => store.get(key),
    set: (key, value, options) => store.set(key, value, options),
    delete: (...keys) => store.delete(...keys),
    run: (script, call) => store.run(script, call),
    publish: (channel, message) => store.publish(channel, message),
    subscribe: (channel, listener) => store.subscribe(channel, listener),
    close: () => store.close(),
  }
}
