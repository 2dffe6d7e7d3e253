import { describe, expect, test } from 'vitest'
import { gate } from '../helpers/gate.js'
import { startPageStand, type PageStand } from '../helpers/page-stand.js'
import type { PageVisitor } from '../helpers/page-visitor.js'
import { createSigningKey, json } from '../helpers/test-issuer.js'

const seconds = (fromNow: number): number => Math.floor(Date.now() / 1_000) + fromNow

/** A sign-in that was begun, and its callback. */
async function begun(stand: PageStand, visitor: PageVisitor, url: string): Promise<URL> {
  return stand.callbackFor((await visitor.get(url)).location ?? '')
}

describe('a sign-in to the page on which calls are approved', () => {
  test('works, once', async () => {
    const stand = await startPageStand()
    const visitor = stand.visitor()
    const url = stand.wait()
    const callback = await begun(stand, visitor, url)
    const answer = await visitor.get(callback)
    expect([answer.status, answer.location]).toEqual([303, url])
    expect((await visitor.get(url)).page).toBe('waiting')
    expect((await visitor.get(callback)).status).toBe(400)
    expect(stand.issuers[0].tokenRequests).toHaveLength(1)
  })

  test.each([
    ['of another sign-in', { claims: { nonce: 'another' } }],
    ['without a nonce', { claims: { nonce: undefined } }],
    ['of another issuer', { claims: { iss: 'https://evil.example/' } }],
    ['for another client', { claims: { aud: 'another' } }],
    ['issued to another client', { claims: { azp: 'another' } }],
    ['that has expired', { claims: { iat: seconds(-700), exp: seconds(-100) } }],
    ['of nobody', { claims: { sub: undefined } }],
  ])('by an ID token %s is none', async (_name, idToken) => {
    const stand = await startPageStand()
    stand.idToken = idToken
    await expectRefused(stand)
  })

  test('by an ID token that another key has signed is none', async () => {
    const stand = await startPageStand()
    const kid = stand.issuers[0].keys[0]?.kid
    stand.idToken = { key: await createSigningKey(), header: { kid } }
    await expectRefused(stand)
  })

  test('ends by no code that was issued for the sign-in of somebody else, under one’s own state', async () => {
    const stand = await startPageStand()
    const [alice, mallory] = [stand.visitor(), stand.visitor()]
    const url = stand.wait()
    const stolen = (await begun(stand, alice, url)).searchParams.get('code') ?? ''
    const callback = await begun(stand, mallory, url)
    callback.searchParams.set('code', stolen)
    const answer = await mallory.get(callback)
    expect([answer.status, answer.page]).toEqual([403, 'fault'])
    expect(mallory.cookies.has('mcp-confirm')).toBe(false)
    expect(stand.issuers[0].tokenRequests).toHaveLength(1)
  })

  test('ends by no other state, several states, or none, and no code is redeemed then', async () => {
    const stand = await startPageStand()
    const visitor = stand.visitor()
    const callback = await begun(stand, visitor, stand.wait())
    const state = callback.searchParams.get('state') ?? ''
    for (const states of [[], [''], [`${state}x`], [state, state], [state, 'x']]) {
      const changed = new URL(callback)
      changed.searchParams.delete('state')
      for (const each of states) changed.searchParams.append('state', each)
      expect((await visitor.get(changed)).status).toBe(400)
    }
    expect(stand.issuers[0].tokenRequests).toEqual([])
  })

  test('ends in no other browser, with no cookie of another server, and not when its time is over', async () => {
    const stand = await startPageStand()
    const other = await startPageStand()
    const url = stand.wait()
    const [visitor, elsewhere, late] = [stand.visitor(), other.visitor(), stand.visitor()]
    const callback = await begun(stand, visitor, url)
    expect((await stand.visitor().get(callback)).status).toBe(400)
    await begun(other, elsewhere, other.wait())
    const foreign = stand.visitor()
    foreign.cookies.set('mcp-confirm-sign-in', elsewhere.cookies.get('mcp-confirm-sign-in') ?? '')
    expect((await foreign.get(callback)).status).toBe(400)
    const latest = await begun(stand, late, url)
    stand.pass(300_000)
    expect((await late.get(latest)).status).toBe(400)
  })

  test('is no session of the pages beyond its time', async () => {
    const stand = await startPageStand()
    const visitor = stand.visitor()
    await stand.signIn(visitor, stand.wait())
    stand.pass(299_000)
    const later = stand.wait()
    const shown = await visitor.get(later)
    expect(shown.page).toBe('waiting')
    stand.pass(1_000)
    expect((await visitor.get(later)).status).toBe(303)
    const sent = await visitor.post(later, { token: shown.token ?? '', action: 'approve' })
    expect([sent.status, sent.page]).toEqual([403, 'session-over'])
  })

  test('approves no call whose time is over, and shows it no more', async () => {
    const stand = await startPageStand({ lifetimeMs: 60_000 })
    const visitor = stand.visitor()
    const url = stand.wait()
    stand.pass(59_000)
    await stand.signIn(visitor, url)
    const { token = '', page } = await visitor.get(url)
    expect(page).toBe('waiting')
    stand.pass(1_000)
    expect((await visitor.post(url, { token, action: 'approve' })).status).toBe(303)
    expect((await visitor.get(url)).page).toBe('unknown')
  })

  test('ends the session that the browser came with, which may be of somebody else', async () => {
    const stand = await startPageStand()
    const [visitor, other] = [stand.visitor(), stand.visitor()]
    const url = stand.wait()
    await stand.signIn(visitor, url)
    const before = visitor.cookies.get('mcp-confirm') ?? ''
    visitor.cookies.delete('mcp-confirm')
    const callback = await begun(stand, visitor, url)
    visitor.cookies.set('mcp-confirm', before)
    await visitor.get(callback)
    expect((await visitor.get(url)).page).toBe('waiting')
    other.cookies.set('mcp-confirm', before)
    expect((await other.get(url)).status).toBe(303)
  })

  test('takes none of two cookies of one name', async () => {
    const stand = await startPageStand()
    const [visitor, other] = [stand.visitor(), stand.visitor()]
    const url = stand.wait()
    await stand.signIn(visitor, url)
    const own = visitor.cookies.get('mcp-confirm') ?? ''
    for (const pair of [`${own}; mcp-confirm=x`, `x; mcp-confirm=${own}`]) {
      other.cookies.set('mcp-confirm', pair)
      expect((await other.get(url)).status).toBe(303)
    }
  })

  test('is a new one at the authorization server after signing out', async () => {
    const stand = await startPageStand()
    const url = stand.wait()
    const promptAt = async (page: string) =>
      new URL((await stand.visitor().get(page)).location ?? '').searchParams.get('prompt')
    expect(await promptAt(url)).toBeNull()
    expect(await promptAt(`${url}?again=1`)).toBe('login')
  })

  test.each(['http://login.example/authorize', 'javascript:alert(1)', 'nonsense', undefined])(
    'leads nobody to an authorization endpoint at %j',
    async (endpoint) => {
      const stand = await startPageStand()
      const [issuer] = stand.issuers
      issuer.metadataResponder = (_req, res) => {
        json(res, 200, {
          ...{ issuer: issuer.issuer, jwks_uri: `${issuer.issuer}jwks` },
          ...{ token_endpoint: `${issuer.issuer}token`, authorization_endpoint: endpoint },
        })
      }
      const { status, page, location } = await stand.visitor().get(stand.wait())
      expect([status, page, location]).toEqual([503, 'fault', undefined])
    },
  )

  test('redeems at most 20 codes at a time, so that strangers do not use up the rate of the client', async () => {
    const stand = await startPageStand()
    const [issuer] = stand.issuers
    const redeem = issuer.tokenResponder
    const { whenOpen, open } = gate()
    issuer.tokenResponder = async (request, res) => {
      await whenOpen
      await redeem(request, res)
    }
    const url = stand.wait()
    const visitors = Array.from({ length: 21 }, () => stand.visitor())
    const callbacks = await Promise.all(visitors.map((visitor) => begun(stand, visitor, url)))
    const answers = visitors.map(async (visitor, index) => visitor.get(callbacks[index] ?? ''))
    const first = await Promise.race(answers)
    expect([first.status, first.page]).toEqual([503, 'fault'])
    open()
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 303)).toHaveLength(20)
  })

  test('has over https a cookie that only this host can set, and takes no other', async () => {
    const stand = await startPageStand({ tls: true })
    const visitor = stand.visitor()
    const url = stand.wait()
    const answer = await stand.signIn(visitor, url)
    const [removed, kept] = answer.headers.getSetCookie()
    expect(removed).toMatch(/^__Host-mcp-confirm-sign-in=; .*; Max-Age=0; Secure$/)
    expect(kept).toMatch(
      /^__Host-mcp-confirm=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=300; Secure$/,
    )
    expect((await visitor.get(url)).page).toBe('waiting')
    const session = visitor.cookies.get('__Host-mcp-confirm') ?? ''
    const plain = stand.visitor()
    plain.cookies.set('mcp-confirm', session)
    expect((await plain.get(url)).status).toBe(303)
  })
})

describe('with several authorization servers', () => {
  test('a person chooses theirs, and sees the calls of their own users alone', async () => {
    const stand = await startPageStand({ servers: 2 })
    const [first, second] = stand.issuers
    const url = stand.wait({ issuer: first.issuer })
    const ofSecond = stand.wait({ issuer: second?.issuer ?? '' })
    const visitor = stand.visitor()
    const choice = await visitor.get(url)
    expect([choice.status, choice.page]).toEqual([200, 'places'])
    expect((await stand.signIn(visitor, `${url}?at=1`)).location).toBe(url)
    expect((await visitor.get(url)).page).toBe('unknown')
    expect((await visitor.get(ofSecond)).page).toBe('waiting')
    expect([first.tokenRequests.length, second?.tokenRequests.length]).toEqual([0, 1])
  })

  test.each(['2', '99', '-1', '0x1', '', '1.0'])('there is none at %j', async (at) => {
    const stand = await startPageStand({ servers: 2 })
    const { status, location } = await stand.visitor().get(`${stand.wait()}?at=${at}`)
    const first = location?.startsWith(stand.issuers[0].issuer)
    expect([status, first]).toEqual(Number(at) > 1 ? [400, undefined] : [303, true])
  })

  test('an ID token of the one is none for a sign-in at the other', async () => {
    const stand = await startPageStand({ servers: 2 })
    const [, second] = stand.issuers
    const key = second?.keys[0]
    stand.idToken = { claims: { iss: second?.issuer }, ...(key && { key }) }
    const visitor = stand.visitor()
    const answer = await stand.signIn(visitor, `${stand.wait()}?at=0`)
    expect([answer.status, answer.page]).toEqual([403, 'fault'])
  })
})

async function expectRefused(stand: PageStand): Promise<void> {
  const visitor = stand.visitor()
  const url = stand.wait()
  const answer = await stand.signIn(visitor, url)
  expect([answer.status, answer.page]).toEqual([403, 'fault'])
  expect(visitor.cookies.has('mcp-confirm')).toBe(false)
  expect((await visitor.get(url)).status).toBe(303)
  expect(stand.log.named('confirmation_sign_in_failed')[0]).toMatchObject({
    level: 'warn',
    fields: { reason: 'untrusted' },
  })
}
