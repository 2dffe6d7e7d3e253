import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, onTestFinished, test } from 'vitest'
import { decide, letSignIn } from '../../helpers/approve-on-page.js'
import { textOf } from '../../helpers/asking-client.js'
import { bookingToken, reached, startConfirmingServer } from '../../helpers/confirming-server.js'

type Answer = 'accept' | 'decline' | 'cancel'

/** A server with sessions whose page approves all calls, and an SDK client of 2025 in one of them. */
async function connected(
  onOpen: (url: string) => Answer | Promise<Answer>,
  elicitation: Readonly<Record<string, Record<string, never>>> | 'none' = { url: {} },
) {
  const environment = { CONFIRMATION_PAGE: 'always', MCP_SESSIONS: 'on' }
  const server = await startConfirmingServer({ environment })
  letSignIn(server.issuer)
  const client = new Client(
    { name: 'opens-pages', version: '1.0.0' },
    {
      capabilities: elicitation === 'none' ? {} : { elicitation },
      versionNegotiation: { mode: 'legacy' },
    },
  )
  const asked: { id: string; url: string }[] = []
  const completed: string[] = []
  if (elicitation !== 'none') {
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      if (!('url' in params)) return { action: 'accept', content: {} }
      asked.push({ id: params.elicitationId, url: params.url })
      return { action: await onOpen(params.url) }
    })
  }
  client.setNotificationHandler('notifications/elicitation/complete', ({ params }) => {
    completed.push(params.elicitationId)
  })
  const token = await bookingToken(server)
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(server.endpoint, { requestInit }))
  onTestFinished(() => client.close())
  const cancel = (signal?: AbortSignal) =>
    client.callTool({ name: 'cancelBooking', arguments: { bookingId: 'b1' } }, signal && { signal })
  const apiCalls = () => reached(server)[0]
  return { server, asked, completed, cancel, apiCalls }
}

test('a 2025 client in a session opens the page for its user, and the call that waited is made once they approve', async () => {
  let approving: Promise<void> | undefined
  const { asked, completed, cancel, apiCalls } = await connected((url) => {
    expect(apiCalls()).toBe(0)
    // The client says that it has opened the page: the person has not decided yet.
    approving = Promise.resolve().then(() => decide(url, 'approve'))
    return 'accept'
  })
  const result = await cancel()
  expect(result.isError ?? false).toBe(false)
  expect(apiCalls()).toBe(1)
  expect(asked).toHaveLength(1)
  expect(completed).toEqual([asked[0]?.id])
  await approving
})

test('an approval on the page before the client answers counts as well, and for one call', async () => {
  const { asked, cancel, apiCalls } = await connected(async (url): Promise<Answer> => {
    await decide(url, 'approve')
    return 'accept'
  })
  expect((await cancel()).isError ?? false).toBe(false)
  expect((await cancel()).isError ?? false).toBe(false)
  expect(apiCalls()).toBe(2)
  expect(new Set(asked.map(({ url }) => url)).size).toBe(2)
})

test('a call is not made when the user declines it on the page, whatever the client answers', async () => {
  const { cancel, apiCalls } = await connected(async (url): Promise<Answer> => {
    await decide(url, 'decline')
    return 'accept'
  })
  const result = await cancel()
  expect(result.isError).toBe(true)
  expect(textOf(result)).toMatch(/declined this call, and nothing was called/)
  expect(apiCalls()).toBe(0)
})

test.each(['decline', 'cancel'] as const)(
  'a call is not made when the user does not open the page: %s',
  async (action) => {
    const { cancel, apiCalls } = await connected(() => action)
    const result = await cancel()
    expect(result.isError).toBe(true)
    expect(textOf(result)).toMatch(/did not answer/)
    expect(apiCalls()).toBe(0)
  },
)

test('a call that the client has cancelled meanwhile is not made by an approval that comes later', async () => {
  const gone = new AbortController()
  const { server, asked, cancel, apiCalls } = await connected(() => 'accept')
  const waiting = cancel(gone.signal).catch(() => undefined)
  await expect.poll(() => asked.length).toBe(1)
  gone.abort()
  await waiting
  await expect.poll(() => server.audit.records.map(({ outcome }) => outcome)).toEqual(['cancelled'])
  await decide(asked[0]?.url ?? '', 'approve')
  expect(apiCalls()).toBe(0)
})

test.each([
  ['no elicitation', 'none'],
  ['forms alone', { form: {} }],
] as const)('a client with %s gets the address for its model', async (_name, elicitation) => {
  const { asked, cancel, apiCalls } = await connected(() => 'accept', elicitation)
  const result = await cancel()
  expect(result.isError).toBe(true)
  expect(textOf(result)).toMatch(/http:\S+\/confirm\/[\w-]{43}/)
  expect([asked.length, apiCalls()]).toEqual([0, 0])
})

test('one approval is for one of two calls that wait with the same arguments', async () => {
  let approving: Promise<void> | undefined
  const { asked, cancel, apiCalls } = await connected((url) => {
    if (asked.length === 2) approving = Promise.resolve().then(() => decide(url, 'approve'))
    return 'accept'
  })
  const results = await Promise.all([cancel(), cancel()])
  await approving
  expect(new Set(asked.map(({ url }) => url)).size).toBe(1)
  expect(apiCalls()).toBe(1)
  const [refused, ...more] = results.filter(({ isError }) => isError === true)
  expect(more).toEqual([])
  expect(refused && textOf(refused)).toMatch(/http:\S+\/confirm\/[\w-]{43}/)
})
