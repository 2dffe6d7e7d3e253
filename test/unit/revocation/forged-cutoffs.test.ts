import { describe, expect, test } from 'vitest'
import { CutoffSeal } from '../../../src/revocation/cutoff-seal.js'
import { keysOfSignedOut } from '../../../src/revocation/signed-out.js'
import { Secret } from '../../../src/secret.js'
import { callerOf, FragileStore, ISSUER, KEYS, NOW, settled, startRevocation } from './stand.js'

const ALICE = { issuer: ISSUER, subject: 'auth0|alice' }
const BOB = { issuer: ISSUER, subject: 'auth0|bob' }
const OVER = 'signed_out issued_before_sign_out'
const HOUR_MS = 3_600_000
const keyOf = (whom: typeof ALICE): string => keysOfSignedOut(whom)[0] ?? ''
const OTHER = [new Secret('a-key-that-no-instance-has-0123456789')]
const sealOf = (keys = KEYS, channel = 'revoked') => new CutoffSeal(keys, channel)
const now = (whom = ALICE, seconds = NOW) => ({ key: keyOf(whom), seconds })

async function keep(store: FragileStore, key: string, text: string): Promise<void> {
  await store.kept.set(key, Buffer.from(text), { ttlMs: HOUR_MS })
}

const textUnder = async (store: FragileStore, key: string): Promise<string> =>
  Buffer.from((await store.kept.get(key)) ?? []).toString()

/** The same text with one bit of its last byte but one changed. */
function changed(text: string): string {
  const bytes = Buffer.from(text, 'base64url')
  bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1
  return bytes.toString('base64url')
}

const VALUES: readonly (readonly [what: string, text: string])[] = [
  ['is a time alone', String(NOW)],
  ['is nothing of ours', '\u0000*'],
  ['is sealed with another key', sealOf(OTHER).value(now())],
  ["is another user's", sealOf().value(now(BOB))],
  ['is a message', sealOf().message(now())],
  ['was changed', changed(sealOf().value(now()))],
  ['was cut', sealOf().value(now()).slice(0, -4)],
  ['is huge', sealOf().value(now()) + 'A'.repeat(10_000)],
  ['has no number', sealOf().value(now(ALICE, NaN))],
  ['has a time below zero', sealOf().value(now(ALICE, -1))],
]

const MESSAGES: readonly (readonly [what: string, text: string])[] = [
  ['is in clear', `${NOW} ${keyOf(ALICE)}`],
  ['is nothing of ours', 'anything'],
  ['is sealed with another key', sealOf(OTHER).message(now())],
  ['is a value', sealOf().value(now())],
  ['is for another channel', sealOf(KEYS, 'notifications').message(now())],
  ['was changed', changed(sealOf().message(now()))],
  ['is for no key', sealOf().message({ key: 'r:short', seconds: NOW })],
  ['is huge', sealOf().message(now()) + 'A'.repeat(10_000)],
]

describe('who can write into the store, and has no key, signs nobody out', () => {
  test.each(VALUES)('by a value that %s', async (what, text) => {
    const store = new FragileStore()
    await keep(store, keyOf(ALICE), text)
    const { verdictOn, log } = startRevocation({ store })
    expect(await verdictOn()).toBe('in force')
    const [line, ...more] = log.named('sign_out_unreadable')
    expect(more).toEqual([])
    expect([line?.level, line?.fields]).toMatchObject(['warn', { place: 'value', security: true }])
    expect(what).not.toBe('')
  })

  test.each(MESSAGES)('by a message that %s', async (_what, text) => {
    const store = new FragileStore()
    const { verdictOn, log } = startRevocation({ store })
    await verdictOn()
    await store.kept.publish('revoked', text)
    await settled()
    expect(await verdictOn()).toBe('in force')
    const [line, ...more] = log.named('sign_out_unreadable')
    expect(more).toEqual([])
    expect(line?.fields).toMatchObject({ place: 'message', security: true })
  })

  test('and a flood of them is a line a minute, which counts the others', async () => {
    const store = new FragileStore()
    const stand = startRevocation({ store })
    for (let sent = 0; sent < 50; sent += 1) await store.kept.publish('revoked', `forged ${sent}`)
    await settled()
    stand.nowMs += 60_000
    await store.kept.publish('revoked', 'forged again')
    await settled()
    const lines = stand.log.named('sign_out_unreadable')
    expect(lines.map(({ fields }) => fields['more'])).toEqual([undefined, 49])
  })
})

test('an instance whose clock is far ahead shuts nobody out for long', async () => {
  const store = new FragileStore()
  const { verdictOn } = startRevocation({ store })
  await verdictOn()
  await store.kept.publish('revoked', sealOf().message(now(ALICE, NOW + 1_000_000)))
  await settled()
  expect(await verdictOn({ issuedAtSeconds: NOW + 60 })).toBe(OVER)
  expect(await verdictOn({ issuedAtSeconds: NOW + 61 })).toBe('in force')
})

describe('a forged value', () => {
  test.each([...VALUES, ['is empty', ''] as const])(
    'that %s does not keep a sign-out from being written',
    async (_what, text) => {
      const store = new FragileStore()
      await keep(store, keyOf(ALICE), text)
      const first = startRevocation({ store })
      expect(await first.revocation.revoke(ALICE)).toBe(true)
      const later = startRevocation({ store: new FragileStore(store.kept) })
      expect(await later.verdictOn()).toBe(OVER)
      expect(later.log.named('sign_out_unreadable')).toEqual([])
    },
  )
})

describe('what an instance has learned stays', () => {
  test('where the value is deleted: at the instance that was told, and at the other', async () => {
    const { kept } = new FragileStore()
    const first = startRevocation({ store: new FragileStore(kept) })
    const second = startRevocation({ store: new FragileStore(kept) })
    await second.verdictOn()
    await first.revocation.revoke(ALICE)
    await settled()
    await kept.delete(keyOf(ALICE))
    for (const stand of [first, second]) {
      expect(await stand.verdictOn()).toBe(OVER)
      stand.nowMs += 120_000
      expect(await stand.verdictOn({ issuedAtSeconds: NOW - 60 })).toBe(OVER)
      await settled()
      expect(await stand.verdictOn()).toBe(OVER)
    }
  })

  test('where an older value is put back', async () => {
    const store = new FragileStore()
    const first = startRevocation({ store })
    await first.revocation.revoke(ALICE, { atSeconds: NOW - 1_000 })
    const old = await textUnder(store, keyOf(ALICE))
    await first.revocation.revoke(ALICE)
    await keep(store, keyOf(ALICE), old)
    first.nowMs += 61_000
    expect(await first.verdictOn()).toBe(OVER)
    await settled()
    expect(await first.verdictOn()).toBe(OVER)
    await store.kept.publish('revoked', sealOf().message(now(ALICE, NOW - 1_000)))
    await settled()
    expect(await first.verdictOn()).toBe(OVER)
  })
})

describe('keys', () => {
  const [OLD, NEW] = [[new Secret('the-old-key-0123456789-0123456789-abc')], OTHER]

  test('are replaced one instance after the other: each opens what the other has sealed', async () => {
    const { kept } = new FragileStore()
    const before = startRevocation({ store: new FragileStore(kept), keys: [...OLD, ...NEW] })
    const after = startRevocation({ store: new FragileStore(kept), keys: [...NEW, ...OLD] })
    await before.revocation.revoke(ALICE)
    await after.revocation.revoke(BOB)
    await settled()
    for (const { verdictOn } of [before, after]) {
      expect([await verdictOn(), await verdictOn({ subject: BOB.subject })]).toEqual([OVER, OVER])
    }
  })

  test('that are not the same in all instances open nothing', async () => {
    const { kept } = new FragileStore()
    await startRevocation({ store: new FragileStore(kept), keys: OLD }).revocation.revoke(ALICE)
    const other = startRevocation({ store: new FragileStore(kept), keys: NEW })
    expect(await other.verdictOn()).toBe('in force')
    expect(other.log.named('sign_out_unreadable')).toHaveLength(1)
  })

  test('are needed with a store', () => {
    expect(() => startRevocation({ store: new FragileStore(), keys: [] })).toThrow(/keys/)
  })
})

describe('two instances that write at once', () => {
  test('keep the later cutoff, whichever is written last', async () => {
    const { kept } = new FragileStore()
    const one = startRevocation({ store: new FragileStore(kept) })
    const other = startRevocation({ store: new FragileStore(kept) })
    await Promise.all([
      one.revocation.revoke(ALICE, { atSeconds: NOW - 10 }),
      other.revocation.revoke(ALICE, { atSeconds: NOW - 100 }),
    ])
    const text = await textUnder(new FragileStore(kept), keyOf(ALICE))
    expect(sealOf().openValue(keyOf(ALICE), text)).toBe(NOW - 10)
  })

  test('and one that is always too late says so, and tries again', async () => {
    const store = new FragileStore()
    const stand = startRevocation({ store })
    const run = store.run.bind(store)
    store.run = () => Promise.resolve([0])
    expect(await stand.revocation.revoke(ALICE)).toBe(false)
    store.run = run
    stand.timers.runAll()
    await settled()
    expect(await startRevocation({ store }).verdictOn()).toBe(OVER)
  })
})

test('what lies in the store says of nobody when they were signed out', async () => {
  const store = new FragileStore()
  await startRevocation({ store }).revocation.revoke(ALICE)
  expect(await textUnder(store, keyOf(ALICE))).toMatch(/^[\w-]{60,90}$/)
  expect(callerOf().subject).toBe(ALICE.subject)
})
