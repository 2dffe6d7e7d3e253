import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Policy } from '../../../src/policy/policy.js'
import { letSignIn, openPage } from '../../helpers/approve-on-page.js'
import {
  bookingToken,
  sendRound,
  startConfirmingServer,
  type Round,
} from '../../helpers/confirming-server.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { through } from '../../helpers/search-server.js'
import type { TestServer } from '../../helpers/start-mcp-server.js'

const PAGE = /http:[^\s"]+?\/confirm\/[\w-]{43}/
const CANCEL = callTool('cancelBooking', { bookingId: 'b1' })
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** How many exchanges the authorization server has seen, and the API calls. */
function seen({ issuer, api }: TestServer): readonly [exchanges: number, calls: number] {
  const grants = issuer.tokenRequests.map(({ parameters }) => parameters.get('grant_type'))
  return [grants.filter((grant) => grant === EXCHANGE).length, api.requests.length]
}

interface Way {
  readonly name: string
  readonly environment?: Readonly<Record<string, string>>
  readonly policy?: Policy
  /** Sends the call; gives what the client reads. */
  readonly send: (server: TestServer, token: string) => Promise<string>
}

/** As a 2026-07-28 client. */
const round =
  (more: Partial<Round>): Way['send'] =>
  async (server, token) =>
    (await sendRound(server, { token, ...more })).text

/** As a 2025 client. */
const legacy: Way['send'] = async (server, token) =>
  (await postMcp(server.endpoint, CANCEL, { token })).text

const WAYS: readonly Way[] = [
  { name: 'of a 2025 client without a session', send: legacy },
  { name: 'of a 2026-07-28 client that cannot ask', send: round({ capabilities: {} }) },
  {
    name: 'of a client that asks by forms',
    send: round({ capabilities: { elicitation: { form: {} } } }),
  },
  {
    name: 'of a client whose answer says that the user agrees',
    send: round({ capabilities: {}, action: 'accept' }),
  },
  {
    ...{ name: 'through call_operation', environment: { OPENAPI_EXPOSE: 'search' } },
    send: round({
      ...{ tool: 'call_operation', args: through('cancelBooking', { bookingId: 'b1' }) },
      capabilities: {},
    }),
  },
  {
    ...{ name: 'before which a policy has the user asked', policy: () => ({ decision: 'ask' }) },
    ...{ environment: { OPENAPI_CONFIRM: 'off' }, send: round({ capabilities: {} }) },
  },
]

async function asked({ environment, policy, send }: Way) {
  const server = await startConfirmingServer({
    environment: { CONFIRMATION_PAGE: 'always', ...environment },
    ...(policy && { policy }),
  })
  letSignIn(server.issuer)
  const token = await bookingToken(server)
  const again = () => send(server, token)
  const url = PAGE.exec(await again())?.[0] ?? ''
  expect(url).not.toBe('')
  return { server, url, again }
}

describe('a token is exchanged when the user has approved on the page, and not before: the call', () => {
  test.each(WAYS)('$name', async (way) => {
    const { server, url, again } = await asked(way)
    expect(seen(server)).toEqual([0, 0])
    const { visitor, shown } = await openPage(url)
    expect(shown.page).toBe('waiting')
    expect(await again()).toContain(url)
    expect(seen(server)).toEqual([0, 0])
    await visitor.post(url, { token: shown.token ?? '', action: 'approve' })
    expect((await visitor.get(url)).page).toBe('approved')
    expect(seen(server)).toEqual([0, 0])
    expect(await again()).not.toMatch(PAGE)
    expect(seen(server)).toEqual([1, 1])
    expect(await again()).toMatch(PAGE)
    expect(seen(server)).toEqual([1, 1])
  })

  test.each(WAYS)('$name, which is declined: nothing is exchanged', async (way) => {
    const { server, url, again } = await asked(way)
    const { visitor, shown } = await openPage(url)
    await visitor.post(url, { token: shown.token ?? '', action: 'decline' })
    expect(await again()).toMatch(/declined this call/)
    expect(seen(server)).toEqual([0, 0])
  })
})

test('nothing is exchanged while the call of a session waits for its user', async () => {
  const environment = { CONFIRMATION_PAGE: 'always', MCP_SESSIONS: 'on' }
  const server = await startConfirmingServer({ environment })
  letSignIn(server.issuer)
  const client = new Client(
    { name: 'opens-pages', version: '1.0.0' },
    { capabilities: { elicitation: { url: {} } }, versionNegotiation: { mode: 'legacy' } },
  )
  const before: unknown[] = []
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    if (!('url' in params)) return { action: 'decline' }
    before.push(seen(server))
    const { visitor, shown } = await openPage(params.url)
    before.push(seen(server))
    await visitor.post(params.url, { token: shown.token ?? '', action: 'approve' })
    before.push(seen(server))
    return { action: 'accept' }
  })
  const token = await bookingToken(server)
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(server.endpoint, { requestInit }))
  onTestFinished(() => client.close())
  await client.callTool({ name: 'cancelBooking', arguments: { bookingId: 'b1' } })
  expect(before).toEqual([
    [0, 0],
    [0, 0],
    [0, 0],
  ])
  expect(seen(server)).toEqual([1, 1])
})

describe('an approval on the page is no key of its own', () => {
  const call = round({ capabilities: {} })

  test.each([
    ['has expired', { exp: Math.floor(Date.now() / 1_000) - 60 }, 401],
    ['has lost its scopes', { scope: '' }, 403],
    ['is for another server', { aud: 'https://other.example/mcp' }, 401],
  ])(
    'nothing is exchanged for a token that %s, and the call is made with a good one',
    async (_name, claims, status) => {
      const { server, url, again } = await asked({ name: '', send: call })
      const { visitor, shown } = await openPage(url)
      await visitor.post(url, { token: shown.token ?? '', action: 'approve' })
      const bad = await bookingToken(server, claims)
      expect((await postMcp(server.endpoint, CANCEL, { token: bad })).status).toBe(status)
      expect(seen(server)).toEqual([0, 0])
      expect(await again()).not.toMatch(PAGE)
      expect(seen(server)).toEqual([1, 1])
    },
  )
})
