import { describe, expect, test } from 'vitest'
import { callerOf, FragileStore, ISSUER, NOW, settled, startRevocation } from './stand.js'

const ALICE = { issuer: ISSUER, subject: 'auth0|alice' }
const OVER = 'signed_out issued_before_sign_out'

describe('instances that share a store', () => {
  test('hear of a sign-out at once, and end what the user has open', async () => {
    const kept = new FragileStore().kept
    const first = startRevocation({ store: new FragileStore(kept) })
    const second = startRevocation({ store: new FragileStore(kept) })
    const ended: string[] = []
    expect(await second.verdictOn()).toBe('in force')
    second.revocation.watch(callerOf(), () => ended.push('alice'))
    second.revocation.watch(callerOf({ subject: 'auth0|bob' }), () => ended.push('bob'))
    expect(await first.revocation.revoke(ALICE)).toBe(true)
    await settled()
    expect(ended).toEqual(['alice'])
    expect(await second.verdictOn()).toBe(OVER)
    expect(await second.verdictOn({ subject: 'auth0|bob' })).toBe('in force')
  })

  test('that start later look a user up, once', async () => {
    const kept = new FragileStore().kept
    await startRevocation({ store: new FragileStore(kept) }).revocation.revoke(ALICE)
    const store = new FragileStore(kept)
    const later = startRevocation({ store })
    expect(await later.verdictOn()).toBe(OVER)
    expect(await later.verdictOn()).toBe(OVER)
    for (let call = 0; call < 3; call += 1) await later.verdictOn({ subject: 'auth0|bob' })
    // Two keys for each: the user, and the user without a session.
    expect(store.asked).toEqual(['get', 'get', 'get', 'get'])
  })

  test('ask once for all calls of a user that come together', async () => {
    const store = new FragileStore()
    const { verdictOn } = startRevocation({ store })
    await Promise.all(Array.from({ length: 20 }, () => verdictOn()))
    expect(store.asked).toEqual(['get', 'get'])
  })

  test('need not wait for a user whom they know', async () => {
    const store = new FragileStore()
    const { verdictOn, revocation } = startRevocation({ store })
    await verdictOn()
    expect(revocation.assertInForce(callerOf())).toBeUndefined()
  })

  test('ask again in the background after a minute', async () => {
    const kept = new FragileStore().kept
    const deaf = new FragileStore(kept)
    const stand = startRevocation({ store: deaf })
    await stand.verdictOn()
    deaf.isThere = false
    await startRevocation({ store: new FragileStore(kept) }).revocation.revoke(ALICE)
    await settled()
    deaf.isThere = true
    stand.nowMs += 59_000
    expect(await stand.verdictOn()).toBe('in force')
    stand.nowMs += 1_000
    expect(stand.revocation.assertInForce(callerOf())).toBeUndefined()
    await settled()
    expect(await stand.verdictOn()).toBe(OVER)
  })

  test('keep the later of two sign-outs, whichever is written last', async () => {
    const kept = new FragileStore().kept
    const first = startRevocation({ store: new FragileStore(kept) })
    const second = startRevocation({ store: new FragileStore(kept) })
    await first.revocation.revoke(ALICE, { atSeconds: NOW - 10 })
    await second.revocation.revoke(ALICE, { atSeconds: NOW - 100 })
    const later = startRevocation({ store: new FragileStore(kept) })
    expect(await later.verdictOn({ issuedAtSeconds: NOW - 10 })).toBe(OVER)
    expect(await later.verdictOn({ issuedAtSeconds: NOW - 9 })).toBe('in force')
  })

  test('write nothing of a user into the store in clear', async () => {
    const store = new FragileStore()
    const texts: string[] = []
    store.run = (script, call) => {
      texts.push(JSON.stringify(call))
      return store.kept.run(script, call)
    }
    store.publish = (channel, message) => {
      texts.push(message)
      return store.kept.publish(channel, message)
    }
    await startRevocation({ store }).revocation.revoke({ ...ALICE, sessionId: 'session-1' })
    expect(texts).toHaveLength(4)
    expect(texts.join()).not.toMatch(/alice|issuer|session/)
  })
})

describe('while the store cannot be had', () => {
  test('what this process knows counts, nobody is refused for it, and it is asked once a second', async () => {
    const store = new FragileStore()
    store.isThere = false
    const stand = startRevocation({ store })
    for (let call = 0; call < 5; call += 1) expect(await stand.verdictOn()).toBe('in force')
    expect(store.asked).toHaveLength(2)
    stand.nowMs += 1_000
    await stand.verdictOn()
    expect(store.asked).toHaveLength(4)
    expect(await stand.revocation.revoke(ALICE)).toBe(false)
    expect(await stand.verdictOn()).toBe(OVER)
    expect(stand.log.named('user_signed_out')[0]?.level).toBe('warn')
  })

  test('a sign-out is kept, and written and told when the store takes it', async () => {
    const kept = new FragileStore().kept
    const store = new FragileStore(kept)
    const first = startRevocation({ store })
    const second = startRevocation({ store: new FragileStore(kept) })
    await second.verdictOn()
    store.isThere = false
    await first.revocation.revoke(ALICE)
    first.timers.runAll()
    await settled()
    expect(await second.verdictOn()).toBe('in force')
    store.isThere = true
    first.timers.runAll()
    await settled()
    expect(await second.verdictOn()).toBe(OVER)
    expect(first.timers.waiting.size).toBe(0)
  })

  test('a sign-out that was written and not told is told when the store takes it', async () => {
    const kept = new FragileStore().kept
    const store = new FragileStore(kept)
    const first = startRevocation({ store })
    const second = startRevocation({ store: new FragileStore(kept) })
    await second.verdictOn()
    const publish = store.publish.bind(store)
    store.publish = () => Promise.reject(new Error('gone'))
    expect(await first.revocation.revoke(ALICE)).toBe(false)
    store.publish = publish
    first.timers.runAll()
    await settled()
    expect(await second.verdictOn()).toBe(OVER)
  })
})

describe('when the store is back', () => {
  test('a user is looked up again, and open streams of users who signed out meanwhile end', async () => {
    const kept = new FragileStore().kept
    const deaf = new FragileStore(kept)
    const stand = startRevocation({ store: deaf })
    await stand.verdictOn()
    const ended: string[] = []
    stand.revocation.watch(callerOf(), () => ended.push('alice'))
    deaf.isThere = false
    await startRevocation({ store: new FragileStore(kept) }).revocation.revoke(ALICE)
    await settled()
    expect(ended).toEqual([])
    deaf.comeBack()
    await settled()
    expect(ended).toEqual(['alice'])
    expect(await stand.verdictOn()).toBe(OVER)
  })

  test('it gets what it has lost', async () => {
    const store = new FragileStore()
    const first = startRevocation({ store })
    await first.revocation.revoke(ALICE)
    const emptied = new FragileStore()
    store.get = emptied.get.bind(emptied)
    store.run = emptied.run.bind(emptied)
    store.publish = emptied.publish.bind(emptied)
    store.comeBack()
    await settled()
    const later = startRevocation({ store: new FragileStore(emptied.kept) })
    expect(await later.verdictOn()).toBe(OVER)
  })
})

test('a closed revocation hears nothing and plans nothing', async () => {
  const kept = new FragileStore().kept
  const store = new FragileStore(kept)
  const stand = startRevocation({ store })
  await stand.verdictOn()
  store.isThere = false
  await stand.revocation.revoke({ issuer: ISSUER, subject: 'x' })
  stand.revocation.close()
  expect(stand.timers.waiting.size).toBe(0)
  store.isThere = true
  await startRevocation({ store: new FragileStore(kept) }).revocation.revoke(ALICE)
  await settled()
  expect(await stand.verdictOn()).toBe('in force')
})
