import { describe, expect, test } from 'vitest'
import { requireCaller } from 'mcp-on-behalf-of/server'
import { callTool, initialize, postMcp, rpc } from '../../helpers/mcp-requests.js'
import { callForAnswer, toolAnswer } from '../../helpers/tool-answer.js'
import { modern } from '../../helpers/wire.js'
import { lastRecord, listedIn, openPublic, refusalOf } from './open-public.js'

const CALL = modern('tools/call', { name: 'ask', arguments: {} })

describe.each(['direct', 'sdk'])('public tools without a token, MCP_MOUNT=%s', (mount) => {
  const open = (environment = {}) =>
    openPublic({ environment: { MCP_MOUNT: mount, ...environment } })

  test('a 2025 client initializes, lists the public tools alone, and calls one', async () => {
    const server = await open()
    const hello = await postMcp(server.endpoint, initialize())
    expect([hello.status, hello.get('mcp-session-id')]).toEqual([200, undefined])
    const ready = { jsonrpc: '2.0', method: 'notifications/initialized' }
    expect((await postMcp(server.endpoint, ready)).status).toBe(202)
    expect((await postMcp(server.endpoint, rpc('ping'))).status).toBe(200)
    expect(listedIn(await postMcp(server.endpoint, rpc('tools/list')))).toEqual([
      'ask',
      'get_datetime',
    ])
    const answer = toolAnswer(await postMcp(server.endpoint, callTool('ask')))
    expect(answer).toMatchObject({ status: 200, isError: false, text: 'anything' })
  })

  test('a 2026-07-28 client discovers the server, lists the public tools alone, and calls one', async () => {
    const server = await open()
    const post = ({ message, headers }: typeof CALL) =>
      postMcp(server.endpoint, message, { headers })
    expect((await post(modern('server/discover'))).status).toBe(200)
    expect(listedIn(await post(modern('tools/list')))).toEqual(['ask', 'get_datetime'])
    expect(toolAnswer(await post(CALL))).toMatchObject({ isError: false, text: 'anything' })
  })

  test('with sessions, nobody without a token gets one', async () => {
    const server = await open({ MCP_SESSIONS: 'on' })
    const hello = await postMcp(server.endpoint, initialize())
    expect([hello.status, hello.get('mcp-session-id')]).toEqual([200, undefined])
    expect(toolAnswer(await postMcp(server.endpoint, callTool('ask'))).isError).toBe(false)
  })

  test('a call leaves a record without a user, a log line without a caller, and no exchange', async () => {
    const server = await open()
    await postMcp(server.endpoint, callTool('ask', { about: 'it' }))
    const record = await lastRecord(server)
    expect(record).toMatchObject({
      tool: 'ask',
      toolDeclared: true,
      toolReadFrom: 'body',
      decision: 'public',
      outcome: 'ok',
      argumentsSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    })
    expect(Object.keys(record ?? {})).not.toEqual(expect.arrayContaining(['user']))
    const [line] = server.log.named('request_ended')
    expect(line?.fields).toMatchObject({ tool: 'ask', outcome: 'ok', status: 200 })
    expect([line?.fields['caller'], line?.fields['clientId']]).toEqual([undefined, undefined])
    expect(server.issuer.tokenRequests).toEqual([])
  })
})

describe('the handler of a public tool', () => {
  test('has no caller without a token, and the caller with one', async () => {
    const server = await openPublic({}, ({ caller }) => caller?.subject ?? 'nobody')
    expect(toolAnswer(await postMcp(server.endpoint, callTool('ask'))).text).toBe('nobody')
    const token = await server.mint()
    expect((await callForAnswer(server, { token, tool: 'ask' })).text).toBe('auth0|alice')
  })

  test('that needs a caller all the same fails with a text that says what to do', async () => {
    const server = await openPublic({}, (context) => requireCaller(context).subject)
    expect(toolAnswer(await postMcp(server.endpoint, callTool('ask')))).toMatchObject({
      isError: true,
      text: expect.stringContaining('Sign in') as unknown,
    })
    const token = await server.mint()
    expect((await callForAnswer(server, { token, tool: 'ask' })).text).toBe('auth0|alice')
    expect((await lastRecord(server))?.outcome).toBe('ok')
  })
})

describe('a token in front of public tools', () => {
  test('must be valid: one that is not is refused, and not taken for none', async () => {
    const server = await openPublic()
    const expired = await server.mint({ exp: Math.floor(Date.now() / 1_000) - 300 })
    for (const token of [expired, 'not-a-token']) {
      const answer = await postMcp(server.endpoint, callTool('ask'), { token })
      expect(answer.status).toBe(401)
      expect(answer.get('www-authenticate')).toContain('error="invalid_token"')
    }
  })

  test('lists the tools of its user, the public ones among them', async () => {
    const server = await openPublic()
    const token = await server.mint({ scope: 'tool:whoami' })
    const list = await postMcp(server.endpoint, rpc('tools/list'), { token })
    expect(listedIn(list)).toEqual(['ask', 'get_datetime', 'whoami'])
  })
})

describe('everything else without a token', () => {
  test('is refused as it is where nothing is public, whatever the name of the tool', async () => {
    const server = await openPublic()
    const known = refusalOf(await postMcp(server.endpoint, callTool('greet')))
    expect(known).toMatchObject({ status: 401 })
    expect(refusalOf(await postMcp(server.endpoint, callTool('no_such_tool')))).toEqual(known)
    const closed = await openPublic({ environment: { PUBLIC_TOOLS: '' } })
    const usual = refusalOf(await postMcp(closed.endpoint, callTool('ask')))
    expect(JSON.stringify(known).replaceAll(server.origin, '')).toBe(
      JSON.stringify(usual).replaceAll(closed.origin, ''),
    )
  })

  test('leaves the record of a request whose body was not read', async () => {
    const server = await openPublic()
    const { message, headers } = modern('tools/call', { name: 'greet', arguments: {} })
    await postMcp(server.endpoint, message, { headers })
    expect(await lastRecord(server)).toMatchObject({
      ...{ tool: 'greet', toolReadFrom: 'header', outcome: 'no_credentials' },
      decision: 'undecided',
    })
  })
})

describe('the setting PUBLIC_TOOLS', () => {
  test.each([
    ['ask no_such', /PUBLIC_TOOLS: "no_such" is no tool of this server/],
    ['ask get_datetimes', /Did you mean get_datetime\?/],
    ['greet', /"greet" cannot be public: it calls an API/],
    ['whoami', /"whoami" cannot be public: it needs scopes/],
    ['*', /must be names of tools/],
  ])('PUBLIC_TOOLS=%s is refused at the start', async (names, hint) => {
    await expect(openPublic({ environment: { PUBLIC_TOOLS: names } })).rejects.toThrow(hint)
  })

  test('makes a tool public only if its definition says that it needs no user', async () => {
    await expect(
      openPublic({
        tools: [{ ...(await import('../../../src/tools/whoami.js')).whoami, requiredScopes: [] }],
        environment: { PUBLIC_TOOLS: 'whoami' },
      }),
    ).rejects.toThrow(/PUBLIC_TOOLS: "whoami" does not say that it needs no user/)
  })

  test('is empty by default: a tool that is public by its definition needs a token', async () => {
    const server = await openPublic({ environment: { PUBLIC_TOOLS: '' } })
    for (const message of [callTool('ask'), initialize(), rpc('tools/list'), rpc('ping')]) {
      expect((await postMcp(server.endpoint, message)).status).toBe(401)
    }
  })
})
