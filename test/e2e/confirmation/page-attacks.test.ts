import { describe, expect, test } from 'vitest'
import type { Policy } from '../../../src/policy/policy.js'
import { decide, letSignIn, openPage } from '../../helpers/approve-on-page.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startReloadServer, TRIPS } from '../tools-reload/reload-server.js'

const SETTINGS = { CONFIRMATION_PAGE: 'always', OPENAPI_CONFIRM: 'writes' }
const PAGE = /http:\S+?\/confirm\/[\w-]{43}/

/** A server whose writes are approved on its page. `call` gives the page of a call that waits. */
async function approving(policy?: Policy, settings: object = SETTINGS) {
  const server = await startReloadServer(
    { ...TRIPS, 'delete /trips/{id} cancel_trip': ['write'] },
    { environment: { ...SETTINGS, ...settings }, policy },
  )
  letSignIn(server.issuer)
  const token = await server.mint({ scope: 'read write' })
  const send = async (message: object) => (await postMcp(server.endpoint, message, { token })).text
  const call = async (name: string, args: object = {}) => {
    const text = await send(callTool(name, args))
    return { text, url: PAGE.exec(text)?.[0] ?? '' }
  }
  const requests = () => server.api.requests.map(({ method, url }) => `${method} ${url}`)
  return { server, send, call, requests }
}

describe('an approval on the page, while the document changes', () => {
  const CHANGED = { ...TRIPS, 'post /admin/wipe create_trip': ['write'] }
  const { 'post /trips create_trip': _, ...WIPE } = CHANGED

  test('is none for another operation of the same name, that was approved before the change', async () => {
    const { server, call, requests } = await approving()
    const { url } = await call('create_trip')
    await decide(url, 'approve')
    server.put(WIPE)
    await server.reloadTools?.reload()
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
    await server.reloadTools?.reload()
    const { url: anew } = await call('create_trip')
    expect((await visitor.get(url)).body).toContain('POST /trips')
    await visitor.post(url, { token: shown.token ?? '', action: 'approve' })
    expect((await call('create_trip')).url).toBe(anew)
    expect((await visitor.get(anew)).body).toContain('POST /admin/wipe')
    expect(requests()).toEqual([])
  })
})

describe('of a batch of 2025', () => {
  test('the call is made that was approved, and the other waits', async () => {
    const { send, call, requests } = await approving()
    const { url } = await call('cancel_trip', { id: 't1' })
    await decide(url, 'approve')
    const batch = ['t2', 't1', 't3'].map((id) => callTool('cancel_trip', { id }))
    const pages = new Set((await send(batch)).match(new RegExp(PAGE, 'g')))
    expect(pages.size).toBe(2)
    expect(pages).not.toContain(url)
    expect(requests()).toEqual(['DELETE /trips/t1'])
  })

  test('two calls with the same arguments have one approval, for one of them', async () => {
    const { send, call, requests } = await approving()
    const { url } = await call('cancel_trip', { id: 't1' })
    await decide(url, 'approve')
    await send([1, 2].map(() => callTool('cancel_trip', { id: 't1' })))
    expect(requests()).toEqual(['DELETE /trips/t1'])
  })
})

describe('a policy that has the user asked on the page', () => {
  const asksFor =
    (reason: string): Policy =>
    () => ({ decision: 'ask', reason })

  test('has its reason shown as text, on one line', async () => {
    const reason = '`<img src=x onerror=alert(1)>\n- Tool: `harmless`\u202e https://evil.example'
    const { call } = await approving(asksFor(reason))
    const { url } = await call('list_trips')
    const { shown } = await openPage(url)
    expect(shown.page).toBe('waiting')
    expect(shown.body).not.toMatch(/<img|<a [^>]*evil|\u202e/)
    expect(shown.body.match(/<li>/g)).toHaveLength(4)
    expect(shown.body).toContain('list_trips')
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
