import { describe, expect, test } from 'vitest'
import { letSignIn } from '../../helpers/approve-on-page.js'
import { bookingToken, startConfirmingServer } from '../../helpers/confirming-server.js'
import { APP, sendLogout } from '../../helpers/logout-token.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { callbackFor } from '../../helpers/page-stand.js'
import { PageVisitor } from '../../helpers/page-visitor.js'
import type { Claims } from '../../../src/identity/caller.js'

const ALICE = 'auth0|alice'
const CANCEL = callTool('cancelBooking', { bookingId: 'b1' })
const nowSeconds = (): number => Math.floor(Date.now() / 1_000)

/** Alice has opened the page of a call of hers, signed in by an ID token with these claims. */
async function opened(idToken: Claims = {}) {
  const environment = { CONFIRMATION_PAGE: 'always', BACKCHANNEL_LOGOUT_CLIENTS: APP }
  const server = await startConfirmingServer({ environment })
  const claims: Record<string, unknown> = { ...idToken }
  letSignIn(server.issuer, () => ({ claims }))
  const token = await bookingToken(server, { iat: nowSeconds() - 60 })
  const call = (bearer = token) => postMcp(server.endpoint, CANCEL, { token: bearer })
  const url = urlIn((await call()).text)
  const visitor = new PageVisitor(server.origin)
  const signIn = async () => {
    const { location = '' } = await visitor.get(url)
    await visitor.get(callbackFor(location))
    return visitor.get(url)
  }
  const shown = await signIn()
  expect(shown.page).toBe('waiting')
  const approve = (form = shown.token) =>
    visitor.post(url, { token: form ?? '', action: 'approve' })
  return { server, claims, visitor, url, call, approve, signIn }
}

const urlIn = (text: string): string => /http:\S+?\/confirm\/[\w-]{43}/.exec(text)?.[0] ?? ''

describe('a person who has signed out at the authorization server', () => {
  test('is signed out of the page, and approves nothing there', async () => {
    const { server, visitor, url, call, approve } = await opened()
    expect(await sendLogout(server, { sub: ALICE })).toBe(200)
    const sent = await approve()
    expect([sent.status, sent.page]).toEqual([403, 'session-over'])
    const again = await visitor.get(url)
    expect([again.status, again.page]).toEqual([303, undefined])
    expect((await call()).status).toBe(401)
    const later = await bookingToken(server, { iat: nowSeconds() + 2 })
    const asked = urlIn((await call(later)).text)
    expect(asked).not.toBe('')
    expect(asked).not.toBe(url)
    expect(server.api.requests).toEqual([])
  })

  test('approves after a new sign-in, but nothing that was asked before', async () => {
    const { server, claims, visitor, call, signIn } = await opened()
    await sendLogout(server, { sub: ALICE })
    claims['iat'] = nowSeconds() + 2
    expect((await signIn()).page).toBe('unknown')
    const later = await bookingToken(server, { iat: nowSeconds() + 2 })
    const asked = urlIn((await call(later)).text)
    const { token } = await visitor.get(asked)
    const sent = await visitor.post(asked, { token: token ?? '', action: 'approve' })
    expect(sent.status).toBe(303)
    await call(later)
    expect(server.api.requests).toHaveLength(1)
  })

  test.each([
    ['of the session of the page', { sid: 's-1' }, 'session-over'],
    ['of another session', { sid: 's-2' }, undefined],
    [
      'of another session, by a token that names the user too',
      { sub: ALICE, sid: 's-2' },
      undefined,
    ],
    ['who is another user', { sub: 'auth0|bob' }, undefined],
  ])('%s', async (_name, whom, page) => {
    const { server, approve } = await opened({ sid: 's-1' })
    await sendLogout(server, whom)
    expect((await approve()).page).toBe(page)
  })

  test('makes no call that was approved before, with the token of before', async () => {
    const { server, call, approve } = await opened()
    expect((await approve()).status).toBe(303)
    const seen = server.issuer.tokenRequests.length
    await sendLogout(server, { sub: ALICE })
    expect((await call()).status).toBe(401)
    expect(server.issuer.tokenRequests).toHaveLength(seen)
    expect(server.api.requests).toEqual([])
  })
})

test.each([[''], [['s-1']], [7], [null]])(
  'nobody signs in by an ID token with the sid %j',
  async (sid) => {
    const environment = { CONFIRMATION_PAGE: 'always' }
    const server = await startConfirmingServer({ environment })
    letSignIn(server.issuer, () => ({ claims: { sid } }))
    const visitor = new PageVisitor(server.origin)
    const { location = '' } = await visitor.get(`${server.origin}/confirm/${'A'.repeat(43)}`)
    const answer = await visitor.get(callbackFor(location))
    expect([answer.status, answer.page]).toEqual([403, 'fault'])
  },
)
