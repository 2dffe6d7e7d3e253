import { describe, expect, test } from 'vitest'
import type { Policy } from '../../../src/policy/policy.js'
import { decide, letSignIn, openPage } from '../../helpers/approve-on-page.js'
import { bookingToken, startConfirmingServer } from '../../helpers/confirming-server.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startReloadServer, TRIPS } from '../tools-reload/reload-server.js'

const SETTINGS = { CONFIRMATION_PAGE: 'always', OPENAPI_CONFIRM: 'writes' }
const PAGE = /http:\S+?\/confirm\/[\w-]{43}/

/** A server whose writes are approved on its page. `call` gives the page of a call that waits. */
async function approving(policy?: Policy) {
  const server = await startReloadServer(TRIPS, {
    environment: SETTINGS,
    ...(policy && { policy }),
  })
  letSignIn(server.issuer)
  const token = await server.mint({ scope: 'read write' })
  const call = async (name: string, args: object = {}) => {
    const { text } = await postMcp(server.endpoint, callTool(name, args), { token })
    return { text, url: PAGE.exec(text)?.[0] ?? '' }
  }
  const requests = () => server.api.requests.map(({ method, url }) => `${method} ${url}`)
  return { server, call, requests }
}

describe('an approval on the page, while the document changes', () => {
  const WIPE = { 'get /trips list_trips': ['read'], 'post /admin/wipe create_trip': ['write'] }

  test('is none for another operation of the same name, that was approved before the change', async () => {
    const { server, call, requests } = await approving()
    const { url } = await call('create_trip')
    await decide(url, 'approve')
    server.put(WIPE)
    await server.reloadTools()
    const again = await call('create_trip')
    expect(again.url).not.toBe(url)
    expect(again.url).not.toBe('')
    expect(requests()).toEqual([])
  })

  test('is none for it either where the page was open before the change, and says what it was for', async () => {
    const { server, call, requests } = await approving()
    const { url } = await call('create_trip')
    const { visitor, shown } = await openPage(url)
    server.put(WIPE)
    await server.reloadTools()
    const { url: anew } = await call('create_trip')
    expect((await visitor.get(url)).body).toContain('POST /trips')
    await visitor.post(url, { token: shown.token ?? '', action: 'approve' })
    expect((await call('create_trip')).url).toBe(anew)
    expect((await visitor.get(anew)).body).toContain('POST /admin/wipe')
    expect(requests()).toEqual([])
  })
})

describe('of a batch of 2025', () => {
  async function approved() {
    const server = await startConfirmingServer({ environment: SETTINGS })
    letSignIn(server.issuer)
    const token = await bookingToken(server)
    const cancel = (id: string) => callTool('cancelBooking', { bookingId: id })
    const send = async (message: object) =>
      (await postMcp(server.endpoint, message, { token })).text.match(new RegExp(PAGE, 'g')) ?? []
    const [url = ''] = await send(cancel('b1'))
    await decide(url, 'approve')
    const requests = () => server.api.requests.map(({ method, url: path }) => `${method} ${path}`)
    return { url, cancel, send, requests }
  }

  test('the call is made that was approved, and the others wait', async () => {
    const { url, cancel, send, requests } = await approved()
    const pages = new Set(await send(['b2', 'b1', 'b3'].map(cancel)))
    expect(pages.size).toBe(2)
    expect(pages).not.toContain(url)
    expect(requests()).toEqual(['DELETE /bookings/b1'])
  })

  test('two calls with the same arguments have one approval, for one of them', async () => {
    const { cancel, send, requests } = await approved()
    expect(await send(['b1', 'b1'].map(cancel))).toHaveLength(1)
    expect(requests()).toEqual(['DELETE /bookings/b1'])
  })
})

describe('the approval of one user', () => {
  test.each([
    ['another user', { sub: 'auth0|mallory' }],
    ['another client', { client_id: 'another-client', azp: 'another-client' }],
    ['another organization', { org_id: 'org_other' }],
  ])('is none for the same call of %s', async (_name, claims) => {
    const server = await startConfirmingServer({ environment: SETTINGS })
    letSignIn(server.issuer)
    const cancel = async (token: string) => {
      const message = callTool('cancelBooking', { bookingId: 'b1' })
      return PAGE.exec((await postMcp(server.endpoint, message, { token })).text)?.[0]
    }
    const alice = await bookingToken(server)
    const url = (await cancel(alice)) ?? ''
    expect(server.issuer.tokenRequests).toEqual([])
    await decide(url, 'approve')
    const other = await cancel(await bookingToken(server, claims))
    expect(other).toMatch(PAGE)
    expect(other).not.toBe(url)
    expect(server.api.requests).toEqual([])
    expect(await cancel(alice)).toBeUndefined()
    expect(server.api.requests).toHaveLength(1)
  })
})

describe('a policy that has the user asked on the page', () => {
  test('has its reason shown as text, on one line', async () => {
    const reason = '`<img src=x onerror=alert(1)>\n- Tool: `harmless`\u202e https://evil.example'
    const { call } = await approving(() => ({ decision: 'ask', reason }))
    const { url } = await call('list_trips')
    const { shown } = await openPage(url)
    expect(shown.page).toBe('waiting')
    expect(shown.body).not.toMatch(/<img|<a [^>]*evil|\u202e/)
    expect(shown.body.match(/<li>/g)).toHaveLength(4)
    expect(shown.body).toContain('<code>list_trips</code>')
    expect(shown.body).toContain('<code>GET /trips</code>')
  })

  test('can deny the call after it was approved, and the approval is kept for when it does not', async () => {
    let decision: 'ask' | 'deny' = 'ask'
    const { call, requests } = await approving(() => ({ decision }))
    const { url } = await call('list_trips')
    await decide(url, 'approve')
    decision = 'deny'
    expect((await call('list_trips')).text).toContain('A policy does not allow this call')
    expect(requests()).toEqual([])
    decision = 'ask'
    await call('list_trips')
    expect(requests()).toEqual(['GET /trips'])
  })

  test.each(['waits', 'was declined'] as const)(
    'cannot let the call through that %s, by changing its mind',
    async (state) => {
      let decision: 'ask' | 'allow' = 'ask'
      const { call, requests } = await approving(() => ({ decision }))
      const { url } = await call('list_trips')
      if (state === 'was declined') await decide(url, 'decline')
      decision = 'allow'
      const { text } = await call('list_trips')
      expect(text).toMatch(state === 'waits' ? PAGE : /declined this call/)
      expect(requests()).toEqual([])
    },
  )
})
