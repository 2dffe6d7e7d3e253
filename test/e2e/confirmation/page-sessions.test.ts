import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, onTestFinished, test } from 'vitest'
import { textOf } from '../../helpers/asking-client.js'
import { bookingToken, reached, startConfirmingServer } from '../../helpers/confirming-server.js'
import { CLIENT_ID } from '../../helpers/exchange-answers.js'
import { callbackFor, signInAtOnce } from '../../helpers/page-stand.js'
import { PageVisitor } from '../../helpers/page-visitor.js'

type Answer = 'accept' | 'decline' | 'cancel'

/** A server with sessions whose page approves all calls, and an SDK client of 2025 in one of them. */
async function connected(
  onOpen: (url: string) => Answer | Promise<Answer>,
  elicitation: object | 'none' = { url: {} },
) {
  const environment = { CONFIRMATION_PAGE: 'always', MCP_SESSIONS: 'on' }
  const server = await startConfirmingServer({ environment })
  const exchange = server.issuer.tokenResponder
  signInAtOnce(server.issuer, () => ({}), CLIENT_ID)
  const signIn = server.issuer.tokenResponder
  server.issuer.tokenResponder = (request, res) => {
    const isCode = request.parameters.get('grant_type') === 'authorization_code'
    return isCode ? signIn(request, res) : exchange(request, res)
  }
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
    client.callTool({ name: 'cancelBooking', arguments: { bookingId: 'b1' } }, { signal })
  const apiCalls = () => reached(server)[0]
  return { server, asked, completed, cancel, apiCalls }
}

/** What the person does on the page, in a browser of their own. */
async function decide(url: string, action: 'approve' | 'decline'): Promise<void> {
  const visitor = new PageVisitor(new URL(url).origin)
  const { location = '' } = await visitor.get(url)
  await visitor.get(callbackFor(location))
  const { token = '', page } = await visitor.get(url)
  expect(page).toBe('waiting')
  expect((await visitor.post(url, { token, action })).status).toBe(303)
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
  const { asked, cancel, apiCalls } = await connected(async (url) => {
    await decide(url, 'approve')
    return 'accept'
  })
  expect((await cancel()).isError ?? false).toBe(false)
  expect((await cancel()).isError ?? false).toBe(false)
  expect(apiCalls()).toBe(2)
  expect(new Set(asked.map(({ url }) => url)).size).toBe(2)
})

test('a call is not made when the user declines it on the page, whatever the client answers', async () => {
  const { cancel, apiCalls } = await connected(async (url) => {
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
