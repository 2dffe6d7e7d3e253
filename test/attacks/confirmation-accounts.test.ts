import { describe, expect, test } from 'vitest'
import { startPageStand, type PageStand, type PageStandOptions } from '../helpers/page-stand.js'
import type { PageVisitor } from '../helpers/page-visitor.js'

const BOB = 'auth0|bob'

/** Alice sees a call of hers; `state` is what has become of it. */
async function alicesCall(options?: PageStandOptions) {
  const stand = await startPageStand(options)
  const visitor = stand.visitor()
  const url = stand.wait()
  await stand.signIn(visitor, url)
  const { token = '' } = await visitor.get(url)
  const state = () => stand.pending.find(url.slice(url.lastIndexOf('/') + 1))?.state
  expect(state()).toBe('waiting')
  return { stand, visitor, url, token, state }
}

async function signInAsBob(stand: PageStand, visitor: PageVisitor): Promise<string> {
  stand.idToken = { claims: { sub: BOB } }
  const url = stand.wait({ subject: BOB })
  const answer = await stand.signIn(visitor, url)
  expect(answer.location).toBe(url)
  return url
}

describe('a person who has become somebody else between the page and its form', () => {
  test('by signing out and in again: approves nothing', async () => {
    const { stand, visitor, url, token, state } = await alicesCall()
    await visitor.post(url, { token, action: 'sign_out' })
    const ofBob = await signInAsBob(stand, visitor)
    const sent = await visitor.post(url, { token, action: 'approve' })
    expect([sent.status, sent.page]).toEqual([403, 'fault'])
    expect((await visitor.get(url)).page).toBe('unknown')
    expect((await visitor.get(ofBob)).page).toBe('waiting')
    expect(state()).toBe('waiting')
  })

  test('by a sign-in that a second tab had begun: approves nothing, and Alice’s session is over', async () => {
    const { stand, visitor, url, token, state } = await alicesCall()
    const ofAlice = visitor.cookies.get('mcp-confirm') ?? ''
    visitor.cookies.delete('mcp-confirm')
    const ofBob = stand.wait({ subject: BOB })
    const { location = '' } = await visitor.get(ofBob)
    visitor.cookies.set('mcp-confirm', ofAlice)
    stand.idToken = { claims: { sub: BOB } }
    await visitor.get(stand.callbackFor(location))
    const sent = await visitor.post(url, { token, action: 'approve' })
    expect([sent.status, sent.page]).toEqual([403, 'fault'])
    visitor.cookies.set('mcp-confirm', ofAlice)
    expect((await visitor.post(url, { token, action: 'approve' })).page).toBe('session-over')
    expect(state()).toBe('waiting')
  })

  test('and back: the form of the session before is none of the new one', async () => {
    const { stand, visitor, url, token, state } = await alicesCall()
    await visitor.post(url, { token, action: 'sign_out' })
    await stand.signIn(visitor, url)
    const shown = await visitor.get(url)
    expect(shown.page).toBe('waiting')
    expect((await visitor.post(url, { token, action: 'approve' })).status).toBe(403)
    expect(state()).toBe('waiting')
    await visitor.post(url, { token: shown.token ?? '', action: 'approve' })
    expect(state()).toBe('approved')
  })
})

describe('the form of one page', () => {
  test('is none of another call of the same person, and decides nothing there', async () => {
    const { stand, visitor, url, token, state } = await alicesCall()
    const other = stand.wait()
    const { token: ofOther = '' } = await visitor.get(other)
    const forms = [
      { token: ofOther, action: 'approve' },
      { token, action: 'approve ' },
      { token, action: 'APPROVE' },
      { token, action: 'approved' },
      { token, action: '' },
      { token },
    ]
    for (const form of forms) expect((await visitor.post(url, form)).status).toBe(403)
    expect((await visitor.post(other, { token, action: 'decline' })).status).toBe(403)
    expect((await visitor.get(other)).page).toBe('waiting')
    expect(state()).toBe('waiting')
  })

  test.each([
    ['token=TOKEN&token=TOKEN&action=approve'],
    ['token=TOKEN&action=approve&action=approve'],
    ['token=TOKEN&action=decline&action=approve'],
    ['token[]=TOKEN&action=approve'],
    ['token=TOKEN&action[toString]=approve'],
    ['__proto__[action]=approve&token=TOKEN'],
  ])('counts with each field once: %s', async (form) => {
    const { visitor, url, token, state } = await alicesCall()
    const fields = form.replaceAll('TOKEN', token)
    const cookie = `mcp-confirm=${visitor.cookies.get('mcp-confirm') ?? ''}`
    const { origin } = new URL(url)
    const answer = await fetch(url, {
      ...{ method: 'POST', body: fields, redirect: 'manual' },
      headers: { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(answer.status).toBe(403)
    expect(state()).toBe('waiting')
  })

  test.each([
    ['decline', 'approve', 'declined'],
    ['approve', 'decline', 'approved'],
  ])('which says %s, is not overruled by one of another device that says %s', async (...said) => {
    const { stand, visitor, url, token, state } = await alicesCall()
    const [first, second, expected] = said
    const device = stand.visitor()
    await stand.signIn(device, url)
    const { token: ofDevice = '', page } = await device.get(url)
    expect(page).toBe('waiting')
    await visitor.post(url, { token, action: first })
    expect((await device.post(url, { token: ofDevice, action: second })).status).toBe(303)
    expect((await device.get(url)).page).toBe(expected)
    expect(state()).toBe(expected)
  })
})

describe('of issuers that share a tenant', () => {
  /** A person of the tenant signs in at the second of its issuers. */
  async function atSecond(tenant: boolean) {
    const stand = await startPageStand({ servers: 2, tenant })
    const [first, second] = stand.issuers
    const visitor = stand.visitor()
    const shown = async (user: Parameters<PageStand['wait']>[0]) => {
      const url = stand.wait(user)
      if (!visitor.cookies.has('mcp-confirm')) await stand.signIn(visitor, `${url}?at=1`)
      return (await visitor.get(url)).page
    }
    return { first: first.issuer, second: second?.issuer ?? '', shown }
  }

  test('the primary one stands for all: who signs in at another sees the calls that were made with tokens of either', async () => {
    const { first, second, shown } = await atSecond(true)
    expect(await shown({ issuer: first })).toBe('waiting')
    expect(await shown({ issuer: second, primaryIssuer: first })).toBe('waiting')
    expect(await shown({ issuer: first, subject: BOB })).toBe('unknown')
  })

  test('none stands for one of another tenant, whose users have the same names', async () => {
    const { first, second, shown } = await atSecond(false)
    expect(await shown({ issuer: second })).toBe('waiting')
    expect(await shown({ issuer: first })).toBe('unknown')
  })
})
