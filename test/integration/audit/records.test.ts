import { expect, test } from 'vitest'
import { z } from 'zod'
import { digestOf } from '../../../src/audit/digest.js'
import { FAILURE_CODES } from '../../../src/failures/failure-codes.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { FAILURE_TABLE } from '../../../src/failures/failure-table.js'
import { defineTool } from '../../../src/tools/define-tool.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'

/** A tool that fails as it is told to. */
const fails = defineTool({
  name: 'fails',
  title: 'Fails',
  description: 'Fails.',
  requiredScopes: [],
  inputSchema: z.object({ code: z.enum(FAILURE_CODES) }),
  outputSchema: z.object({}),
  toText: () => '',
  handler: ({ code }) => {
    throw new OnBehalfOfError(code)
  },
})

const NAMED = { 'Mcp-Method': 'tools/call', 'Mcp-Name': 'fails' }

test('a call of a local tool has a record with user, client, digest, outcome and duration', async () => {
  const server = await startMcpServer({})
  const token = await server.mint({ scope: 'tool:whoami', org_id: 'org_1' })
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const answer = await postMcp(server.endpoint, callTool('whoami'), {
    token,
    headers: { traceparent },
  })
  expect(server.audit.records).toMatchObject([
    {
      requestId: answer.headers['x-request-id'],
      traceId: '0af7651916cd43dd8448eb211c80319c',
      user: { issuer: server.issuer.issuer },
      organization: 'org_1',
      tool: 'whoami',
      toolDeclared: true,
      toolReadFrom: 'body',
      argumentsSha256: digestOf({}),
      decision: 'allowed',
      exchangeCount: 0,
      apiCallCount: 0,
      outcome: 'ok',
    },
  ])
  expect(server.audit.records[0]?.toolDefinitionSha256).toMatch(/^[0-9a-f]{64}$/)
})

test('a record names the message as its client does, by a number or a UUID, and never by what may be a token', async () => {
  const server = await startMcpServer({})
  const token = await server.mint({ scope: 'tool:whoami' })
  const uuid = '0af76519-16cd-43dd-8448-eb211c80319c'
  for (const id of [7, uuid, `m-${uuid}`]) {
    await postMcp(server.endpoint, { ...callTool('whoami'), id }, { token })
  }
  const named = server.audit.records.map(({ messageId }) => messageId)
  expect(named).toEqual([7, uuid, '[scrubbed]'])
})

test('a call that reaches the API has its exchange and its request in the record: new at first, kept afterwards', async () => {
  const server = await startMcpServer({})
  const token = await server.mint({ scope: 'tool:greet' })
  await postMcp(server.endpoint, callTool('greet'), { token })
  await postMcp(server.endpoint, callTool('greet'), { token })
  expect(server.audit.records).toMatchObject(
    ['new', 'cached'].map((source) => ({
      exchanges: [{ api: 'api', source, outcome: 'ok', renewal: false }],
      apiCalls: [{ api: 'api', method: 'GET', status: 200 }],
      outcome: 'ok',
    })),
  )
  expect(server.audit.records[0]?.apiCalls[0]?.bytes).toBeGreaterThan(0)
})

test('a call without the scope has a record of the step-up, and no exchange', async () => {
  const server = await startMcpServer({})
  await postMcp(server.endpoint, callTool('greet'), {
    token: await server.mint({ scope: 'tool:whoami' }),
  })
  expect(server.audit.records).toMatchObject([
    {
      decision: 'step_up',
      missingScopes: ['tool:greet'],
      outcome: 'insufficient_scope',
      httpStatus: 403,
      exchangeCount: 0,
    },
  ])
})

test('a call of an unknown tool has a record, with the name bounded and scrubbed', async () => {
  const server = await startMcpServer({})
  const name = `eyJhbGciOiJub25lIn0.x ${'y '.repeat(200)}`
  await postMcp(server.endpoint, callTool(name), { token: await server.mint() })
  expect(server.audit.records).toMatchObject([{ toolDeclared: false, outcome: 'unknown_tool' }])
  expect(server.audit.records[0]?.tool.length).toBeLessThanOrEqual(100)
  expect(server.audit.records[0]?.tool).not.toContain('eyJhbGci')
})

test('a call without a token has a record where its headers name the tool', async () => {
  const server = await startMcpServer({ tools: [fails] })
  await postMcp(server.endpoint, callTool('fails'), { headers: NAMED })
  expect(server.audit.records).toMatchObject([
    { tool: 'fails', toolReadFrom: 'header', outcome: 'no_credentials', httpStatus: 401 },
  ])
  expect(server.audit.records[0]).not.toHaveProperty('argumentsSha256')
  expect(server.audit.records[0]).not.toHaveProperty('user')
})

test('strangers fill a bounded part of the audit, and one record says how many of their calls have none', async () => {
  const server = await startMcpServer({ tools: [fails] })
  for (let call = 0; call < 70; call += 1) {
    await postMcp(server.endpoint, callTool('fails'), { headers: NAMED })
  }
  const token = await server.mint()
  await postMcp(server.endpoint, callTool('fails', { code: 'cancelled' }), { token })
  await server.close()
  const outcomes = server.audit.records.map(({ outcome }) => outcome)
  expect(outcomes.filter((outcome) => outcome === 'no_credentials')).toHaveLength(60)
  expect(outcomes.filter((outcome) => outcome === 'cancelled')).toHaveLength(1)
  expect(server.audit.leftOut).toMatchObject([{ outcome: 'no_credentials', count: 10 }])
})

test('a call beyond the limit of its user has a record', async () => {
  const environment = { RATE_LIMIT_PER_CALLER: '1' }
  const server = await startMcpServer({ tools: [fails], environment })
  const token = await server.mint()
  await postMcp(server.endpoint, callTool('fails', { code: 'cancelled' }), {
    token,
    headers: NAMED,
  })
  await postMcp(server.endpoint, callTool('fails', { code: 'cancelled' }), {
    token,
    headers: NAMED,
  })
  expect(server.audit.records).toContainEqual(
    expect.objectContaining({ outcome: 'rate_limited', httpStatus: 429, toolReadFrom: 'header' }),
  )
})

test('each of several calls in a batch has its own record', async () => {
  const server = await startMcpServer({ tools: [fails] })
  const batch = (['access_denied', 'misconfigured'] as const).map((code) =>
    callTool('fails', { code }),
  )
  await postMcp(server.endpoint, batch, { token: await server.mint() })
  const found = server.audit.records.map(({ outcome, argumentsSha256 }) => [
    outcome,
    argumentsSha256,
  ])
  expect(found).toEqual([
    ['access_denied', digestOf({ code: 'access_denied' })],
    ['misconfigured', digestOf({ code: 'misconfigured' })],
  ])
})

test('every failure code of a tool is the outcome of a record and of a log line of the request', async () => {
  const server = await startMcpServer({ tools: [fails] })
  const token = await server.mint()
  for (const code of FAILURE_CODES) {
    const { headers } = await postMcp(server.endpoint, callTool('fails', { code }), { token })
    const requestId = String(headers['x-request-id'])
    const record = server.audit.records.find((each) => each.requestId === requestId)
    expect(record).toMatchObject({ outcome: code, decision: 'allowed', tool: 'fails' })
    const lines = server.log.lines.filter(({ fields }) => fields['requestId'] === requestId)
    expect(lines).toContainEqual(
      expect.objectContaining({ name: 'tool_failed', level: FAILURE_TABLE[code].logLevel }),
    )
    const ended = lines.filter(({ name }) => name === 'request_ended')
    expect(ended).toMatchObject([{ fields: { outcome: code, tool: 'fails' } }])
  }
})
