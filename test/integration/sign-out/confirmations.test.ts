import { describe, expect, test, vi } from 'vitest'
import { createRevocation } from '../../../src/revocation/revocation.js'
import { decide, letSignIn } from '../../helpers/approve-on-page.js'
import { askingClient } from '../../helpers/asking-client.js'
import {
  asked,
  bookingToken,
  reached,
  sendRound,
  startConfirmingServer,
} from '../../helpers/confirming-server.js'
import { APP, sendLogout } from '../../helpers/logout-token.js'
import { startPageStand } from '../../helpers/page-stand.js'

const HEARS = { BACKCHANNEL_LOGOUT_CLIENTS: APP }
const ALICE = { sub: 'auth0|alice' }
/** Waiting for what goes on beside an answer, on a machine that is busy. */
const PATIENCE = { timeout: 60_000 }
const nowSeconds = (): number => Math.floor(Date.now() / 1_000)

describe('a question that waits when its user is signed out', () => {
  test('is answered for nobody: the call of a session ends, and nothing is exchanged or called', async () => {
    const server = await startConfirmingServer({ environment: { ...HEARS, MCP_SESSIONS: 'on' } })
    const token = await bookingToken(server)
    let askedFor = ''
    let answer = (): void => undefined
    const answered = new Promise<void>((resolve) => (answer = resolve))
    const client = await askingClient(server.endpoint, {
      token,
      mode: 'legacy',
      answer: async (question: string): Promise<'accept'> => {
        askedFor = question
        await answered
        return 'accept'
      },
    })
    const call = client.callTool({ name: 'cancelBooking', arguments: { bookingId: 'b1' } })
    const ended = call.then(
      ({ isError }) => isError === true,
      () => true,
    )
    await vi.waitUntil(() => askedFor !== '', PATIENCE)
    expect(await sendLogout(server, ALICE)).toBe(200)
    await vi.waitUntil(() => server.audit.records.length === 1, PATIENCE)
    answer()
    expect(server.audit.records).toMatchObject([{ outcome: 'signed_out', decision: 'allowed' }])
    await client.close()
    expect(await ended).toBe(true)
    expect(reached(server)).toEqual([0, 0])
  })

  test('cannot be answered by the next sign-in', async () => {
    const { server, requestState } = await asked({ environment: HEARS })
    await sendLogout(server, ALICE)
    const token = await bookingToken(server, { iat: nowSeconds() + 2 })
    const late = await sendRound(server, { token, requestState, action: 'accept' })
    expect([late.isError, late.text]).toEqual([true, expect.stringMatching(/not for this call/)])
    expect(reached(server)).toEqual([0, 0])
    const again = await sendRound(server, { token })
    const { state } = again
    expect(await sendRound(server, { token, requestState: state, action: 'accept' })).toMatchObject(
      { isError: false },
    )
  })

  test('cannot be answered by another session of the user', async () => {
    const { server, requestState } = await asked({ environment: HEARS })
    const token = await bookingToken(server, { sid: 'another-session' })
    const other = await sendRound(server, { token, requestState, action: 'accept' })
    expect(other.text).toMatch(/not for this call/)
    expect(reached(server)).toEqual([0, 0])
  })

  test('and was approved on a page is asked anew after the next sign-in', async () => {
    const server = await startConfirmingServer({
      environment: { ...HEARS, CONFIRMATION_PAGE: 'always' },
    })
    letSignIn(server.issuer)
    const urlIn = (text: string): string => /http:\S+\/confirm\/[\w-]+/.exec(text)?.[0] ?? ''
    const ask = async (token: string) =>
      sendRound(server, { token, capabilities: {}, args: { bookingId: 'b1' } })
    const first = urlIn((await ask(await bookingToken(server))).text)
    await decide(first, 'approve')
    await sendLogout(server, ALICE)
    const token = await bookingToken(server, { iat: nowSeconds() + 2 })
    const second = await ask(token)
    expect(urlIn(second.text)).toMatch(/confirm/)
    expect(urlIn(second.text)).not.toBe(first)
    expect(reached(server)[0]).toBe(0)
    // What is issued in the second of the sign-out counts no more, ID tokens included.
    const signedOutAt = nowSeconds()
    await vi.waitUntil(() => nowSeconds() > signedOutAt, PATIENCE)
    await decide(urlIn(second.text), 'approve')
    expect((await ask(token)).isError).toBe(false)
    expect(reached(server)[0]).toBe(1)
  })
})

describe('the pages of a user who is signed out', () => {
  async function signedIn() {
    const revocation = createRevocation()
    const stand = await startPageStand({ route: { revocation } })
    const [{ issuer }] = stand.issuers
    const caller = { issuer, subject: 'auth0|alice', issuedAtSeconds: nowSeconds() - 60 }
    const url = stand.wait({}, { asker: caller })
    const visitor = stand.visitor()
    stand.idToken = { claims: { iat: nowSeconds() - 60, exp: nowSeconds() + 600 } }
    await stand.signIn(visitor, url)
    const shown = await visitor.get(url)
    expect(shown.body).toContain('cancelBooking')
    const signOut = () => revocation.revoke({ issuer, subject: 'auth0|alice' })
    return { stand, url, visitor, token: shown.token ?? '', signOut, issuer, revocation }
  }

  test('ask to sign in again, and take no form', async () => {
    const { stand, url, visitor, token, signOut } = await signedIn()
    await signOut()
    const sent = await visitor.post(url, { token, action: 'approve' })
    expect(sent.status).toBe(403)
    expect((await visitor.get(url)).location).toContain('/authorize')
    expect(stand.pending.find(url.split('/').at(-1) ?? '')?.state).toBe('waiting')
  })

  test('do not show what was asked before, after the next sign-in', async () => {
    const { stand, url, visitor, signOut } = await signedIn()
    await signOut()
    stand.idToken = { claims: { iat: nowSeconds() + 2 } }
    await stand.signIn(visitor, url)
    const shown = await visitor.get(url)
    expect([shown.status, shown.body.includes('cancelBooking')]).toEqual([404, false])
  })

  test('send nobody around in a circle where the sign-in is as old as the sign-out', async () => {
    const { stand, url, visitor, signOut } = await signedIn()
    await signOut()
    const answer = await stand.signIn(visitor, url)
    expect([answer.status, answer.location]).toEqual([403, undefined])
  })

  test('end with their session at the authorization server too, and those of others stay', async () => {
    const { stand, url, visitor, issuer, revocation } = await signedIn()
    stand.idToken = { claims: { iat: nowSeconds() - 60, exp: nowSeconds() + 600, sid: 's-1' } }
    const other = stand.visitor()
    await stand.signIn(other, url)
    expect((await other.get(url)).status).toBe(200)
    await revocation.revoke({ issuer, sessionId: 's-1' })
    expect((await other.get(url)).location).toContain('/authorize')
    expect((await visitor.get(url)).status).toBe(200)
  })
})
