import { expect, test } from 'vitest'
import { Secret } from '../../../src/secret.js'
import { digestedKey } from '../../../src/store/digested-key.js'
import { EntrySeal } from '../../../src/store/entry-seal.js'
import { createMemoryStore } from '../../../src/store/memory-store.js'
import { SealedRecords } from '../../../src/store/sealed-records.js'

const KEYS = [new Secret('k'.repeat(32))]

function records(keys = KEYS) {
  const store = createMemoryStore()
  return { store, of: (kind: string) => new SealedRecords({ store, keys, kind }) }
}

test('a record opens by its name, in its kind, and is gone when it is deleted', async () => {
  const { of } = records()
  expect(await of('a').set('name', 'text', { ttlMs: 1_000 })).toBe(true)
  expect(await of('a').set('name', 'other', { ttlMs: 1_000, onlyIfAbsent: true })).toBe(false)
  expect(await of('a').get('name')).toBe('text')
  expect(await of('b').get('name')).toBeUndefined()
  await of('a').delete('name')
  expect(await of('a').get('name')).toBeUndefined()
})

test('a record that was moved to another name or kind does not open', async () => {
  const { store, of } = records()
  await of('a').set('name', 'text', { ttlMs: 1_000 })
  const sealed = await store.get(digestedKey('a', 'name'))
  for (const [kind, name] of [
    ['a', 'another'],
    ['b', 'name'],
  ] as const) {
    await store.set(digestedKey(kind, name), sealed ?? new Uint8Array(), { ttlMs: 1_000 })
    expect(await of(kind).get(name)).toBeUndefined()
  }
})

test('who has the store and the master key, and not the name, opens nothing', async () => {
  const { store, of } = records()
  await of('a').set('name', 'text', { ttlMs: 1_000 })
  const key = digestedKey('a', 'name')
  const sealed = (await store.get(key)) ?? new Uint8Array()
  const seal = new EntrySeal(KEYS)
  expect(seal.open(sealed, { key, secret: new Secret('name') })).toBe('text')
  for (const guess of ['', 'a', key, 'x']) {
    expect(seal.open(sealed, { key, secret: new Secret(guess) })).toBeUndefined()
  }
})
