import { describe, expect, test } from 'vitest'
import { claimsOf } from '../../helpers/exchange-answers.js'
import { postCall, through } from '../../helpers/search-server.js'
import { gate } from '../../helpers/gate.js'
import { startReloadServer, TRIPS } from './reload-server.js'

describe('[openapi 31] a document that is read again', () => {
  test('brings new operations, takes removed ones away, and calls a renamed one by its new name alone', async () => {
    const server = await startReloadServer()
    server.put({
      'get /trips find_trips': ['read'],
      'get /stations list_stations': ['read'],
      'post /trips create_trip': ['write'],
    })
    expect(await server.reloadTools()).toEqual({ changed: true, faults: [] })
    expect(await server.toolNames('read write')).toEqual([
      'create_trip',
      'find_trips',
      'list_stations',
    ])
    expect((await server.call('list_trips', 'read')).text).toContain('Tool list_trips not found')
    expect((await server.call('find_trips', 'read')).text).toContain('Hello from the protected API')
    const [line] = server.log.named('openapi_reloaded')
    expect(line).toMatchObject({
      level: 'info',
      fields: {
        apis: ['api'],
        added: ['find_trips', 'list_stations'],
        removed: ['list_trips'],
        changed: [],
        scopeChanges: [],
        weaker: [],
      },
    })
    expect(line?.fields).not.toHaveProperty('security', true)
  })

  test('with the same content changes nothing, and nothing is logged', async () => {
    const server = await startReloadServer()
    server.put(TRIPS)
    expect(await server.reloadTools()).toEqual({ changed: false, faults: [] })
    expect(server.log.named('openapi_reloaded')).toEqual([])
  })

  test.each([
    ['fewer scopes', { 'post /trips create_trip': ['read'] }, 'create_trip: scopes'],
    ['no scopes', { 'post /trips create_trip': [] }, 'create_trip: scopes'],
    [
      'another name, and fewer scopes',
      { 'post /trips make_trip': ['read'] },
      'make_trip (before: create_trip): scopes',
    ],
    ['another operation', { 'delete /trips create_trip': ['write'] }, 'create_trip: operation'],
  ])(
    'with %s writes a log line about security that names the tool',
    async (_what, other, weaker) => {
      const server = await startReloadServer()
      server.put({ 'get /trips list_trips': ['read'], ...other })
      await server.reloadTools()
      const [line] = server.log.named('openapi_reloaded')
      expect(line).toMatchObject({ level: 'warn', fields: { security: true, weaker: [weaker] } })
    },
  )

  test('with more scopes asks for them from the next call on, and says so by name', async () => {
    const server = await startReloadServer()
    expect((await server.call('list_trips', 'read')).status).toBe(200)
    server.put({ ...TRIPS, 'get /trips list_trips': ['read', 'admin'] })
    await server.reloadTools()
    const refused = await server.call('list_trips', 'read')
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('admin')])
    expect(server.log.named('openapi_reloaded')).toMatchObject([
      {
        level: 'info',
        fields: { scopeChanges: ['list_trips: read -> read => admin read -> admin read'] },
      },
    ])
  })

  test('is what the protected-resource metadata, the challenges and the page for people speak of', async () => {
    const environment = { HOME_PAGE: 'on' }
    const server = await startReloadServer({ 'get /trips list_trips': ['read'] }, { environment })
    server.put({ 'get /stations list_stations': ['other'] })
    await server.reloadTools()
    const metadata = await fetch(`${server.origin}/.well-known/oauth-protected-resource/mcp`)
    expect(await metadata.json()).toMatchObject({ scopes_supported: ['other'] })
    const refused = await fetch(server.endpoint, { method: 'POST' })
    expect(refused.headers.get('www-authenticate')).toContain('scope="other"')
    const page = await fetch(server.origin)
    expect(await page.text()).toContain('list_stations')
  })

  test('does not forget how often a user has called a tool that remains', async () => {
    const environment = { TOOL_LIMITS: 'list_trips=1' }
    const server = await startReloadServer(TRIPS, { environment })
    expect((await server.call('list_trips', 'read')).text).toContain('Hello')
    server.put({ ...TRIPS, 'get /stations list_stations': ['read'] })
    await server.reloadTools()
    expect((await server.call('list_trips', 'read')).text).toContain('at most 1 times a minute')
  })

  test('is recorded by the audit with the digest of the document that the call was made by', async () => {
    const server = await startReloadServer()
    await server.call('list_trips', 'read')
    server.put({ ...TRIPS, 'get /stations list_stations': ['read'] })
    await server.reloadTools()
    await server.call('list_trips', 'read')
    await server.call('list_stations', 'read')
    const digests = server.audit.records
      .map((record) => JSON.stringify(record))
      .map((text) => /"document[^"]*":"([0-9a-f]{64})"/.exec(text)?.[1])
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(digests[1]).toMatch(/^[0-9a-f]{64}$/)
    expect(digests[1]).not.toBe(digests[0])
    expect(digests[2]).toBe(digests[1])
  })
})

describe('a swap while a call is between the door and the handler', () => {
  /** Holds the token exchange until the tools have been swapped. */
  async function callAcross(
    after: Parameters<typeof startReloadServer>[0],
    environment: Readonly<Record<string, string>> = {},
    send?: (server: Awaited<ReturnType<typeof startReloadServer>>) => Promise<{ text: string }>,
  ) {
    const server = await startReloadServer(TRIPS, { environment })
    const { tokenResponder } = server.issuer
    const reached = gate()
    const swapped = gate()
    server.issuer.tokenResponder = async (...exchange) => {
      reached.open()
      await swapped.whenOpen
      return tokenResponder(...exchange)
    }
    const answer = send === undefined ? server.call('list_trips', 'read') : send(server)
    await reached.whenOpen
    if (after !== undefined) server.put(after)
    expect(await server.reloadTools()).toEqual({ changed: true, faults: [] })
    swapped.open()
    return { server, answer: await answer }
  }

  const sent = ({ api }: Awaited<ReturnType<typeof startReloadServer>>) =>
    api.requests.map(({ method, url, headers }) => {
      const { scope } = claimsOf(headers.authorization?.replace(/^Bearer /, '') ?? '')
      return [method, url, scope]
    })

  test('ends the call with the operation and the scopes that it began with', async () => {
    const { server, answer } = await callAcross({ 'delete /trips list_trips': [] })
    expect(answer.text).toContain('Hello from the protected API')
    expect(sent(server)).toEqual([['GET', '/trips', 'read']])
  })

  test('ends the call of a tool that is gone; the next one is unknown', async () => {
    const { server, answer } = await callAcross({ 'post /trips create_trip': ['write'] })
    expect(answer.text).toContain('Hello from the protected API')
    expect((await server.call('list_trips', 'read')).text).toContain('not found')
  })

  test('ends the call of an operation that was found by search, and judges the next one anew', async () => {
    const inner = async (server: Awaited<ReturnType<typeof startReloadServer>>) => {
      const token = await server.mint({ scope: 'read' })
      const args = through('list_trips')
      return postCall(server, { token, era: '2026-07-28', name: 'call_operation', args })
    }
    const environment = { OPENAPI_EXPOSE: 'search' }
    const { server, answer } = await callAcross(
      { 'get /trips list_trips': ['admin'] },
      environment,
      inner,
    )
    expect(answer.text).toContain('Hello from the protected API')
    expect(sent(server)).toEqual([['GET', '/trips', 'read']])
    const next = await inner(server)
    expect([next.status, next.text]).toEqual([403, expect.stringContaining('admin')])
    expect(server.api.requests).toHaveLength(1)
  })
})
