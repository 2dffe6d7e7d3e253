import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api'
import { isTracingSuppressed, RPCType, setRPCMetadata } from '@opentelemetry/core'
import { AlwaysOffSampler, type ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { describe, expect, test } from 'vitest'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { processWarnings } from '../../helpers/process-warnings.js'
import { recordSpans } from '../../helpers/recorded-spans.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'
import { startGreeting } from './start-greeting.js'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const traceparent = `00-${traceId}-b7ad6b7169203331-00`

test('the record and the log line of a call have the id of its trace', async () => {
  const spans = recordSpans()
  const server = await startMcpServer()
  const token = await server.mint({ scope: 'tool:greet' })
  await postMcp(server.endpoint, callTool('greet'), { token, headers: { traceparent } })
  await postMcp(server.endpoint, callTool('greet'), { headers: { traceparent } })
  const ids = (await spans.several('POST /mcp', 2)).map((span) => span.spanContext().traceId)
  expect(ids).not.toContain(traceId)
  expect(server.audit.records).toMatchObject([{ traceId: ids[0] }])
  expect(server.log.named('request_ended')).toMatchObject([{ fields: { traceId: ids[0] } }])
  expect(server.log.named('request_refused')).toMatchObject([{ fields: { traceId: ids[1] } }])
})

describe('a call that is refused', () => {
  const NAMED = { 'Mcp-Method': 'tools/call', 'Mcp-Name': 'greet' }

  test('without a token is a span with the failure, and no check of a token', async () => {
    const spans = recordSpans()
    const server = await startMcpServer()
    await postMcp(server.endpoint, callTool('greet'), { headers: NAMED })
    const request = await spans.one('POST /mcp')
    expect(spans.tree(request.spanContext().traceId)).toEqual([
      'SERVER POST /mcp',
      '  SERVER tools/call greet',
    ])
    const failure = { 'error.type': 'no_credentials' }
    const call = await spans.one('tools/call greet')
    expect([request.attributes, call.attributes]).toMatchObject([failure, failure])
    expect([request.status.code, call.status.code]).toEqual([
      SpanStatusCode.UNSET,
      SpanStatusCode.ERROR,
    ])
  })

  test('for its token has the reason in the check of the token', async () => {
    const spans = recordSpans()
    const server = await startMcpServer()
    const token = `${await server.mint()}x`
    await postMcp(server.endpoint, callTool('greet'), { token })
    const verification = await spans.one('verify token')
    expect(verification.attributes['error.type']).toBe('invalid_token')
    expect(verification.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(spans.ended.map(({ name }) => name)).not.toContain('tools/call greet')
  })

  test('for a missing scope says that it was a step-up, and has no exchange', async () => {
    const spans = recordSpans()
    const server = await startMcpServer()
    const token = await server.mint({ scope: 'tool:whoami' })
    await postMcp(server.endpoint, callTool('greet'), { token })
    expect((await spans.one('tools/call greet')).attributes).toMatchObject({
      'error.type': 'insufficient_scope',
      'mcp_on_behalf_of.decision': 'step_up',
    })
    expect(spans.named('exchange token')).toEqual([])
  })

  test('by the API is an error of that request and of the call', async () => {
    const spans = recordSpans()
    const server = await startMcpServer()
    server.api.responder = (_req, res) => res.writeHead(503).end()
    const token = await server.mint({ scope: 'tool:greet' })
    await postMcp(server.endpoint, callTool('greet'), { token })
    const failed = { code: SpanStatusCode.ERROR }
    const asked = await spans.one('GET /api/private-scope')
    const call = await spans.one('tools/call greet')
    expect([asked.attributes['error.type'], asked.status]).toEqual(['503', failed])
    expect([call.attributes['error.type'], call.status]).toEqual(['downstream_unavailable', failed])
  })
})

test('an exchange that a call has joined is linked to the span of the call that began it', async () => {
  const spans = recordSpans()
  const server = await startMcpServer()
  const answer = server.issuer.tokenResponder
  let go = (): void => undefined
  const bothWait = new Promise<void>((resolve) => {
    go = resolve
  })
  server.issuer.tokenResponder = async (request, res) => {
    await bothWait
    await answer(request, res)
  }
  const token = await server.mint({ scope: 'tool:greet' })
  const calls = [1, 2].map(() => postMcp(server.endpoint, callTool('greet'), { token }))
  await spans.several('verify token', 2)
  go()
  await Promise.all(calls)
  const exchanges = await spans.several('exchange token', 2)
  const of = (source: string) =>
    exchanges.find(({ attributes }) => attributes['mcp_on_behalf_of.exchange.source'] === source)
  const [begun, joined] = [of('new')?.spanContext(), of('joined')]
  expect(joined?.links.map(({ context: { spanId } }) => spanId)).toEqual([begun?.spanId])
  expect(joined?.spanContext().traceId).not.toBe(begun?.traceId)
})

test('calls of several users at once share no trace, even where a span was active when the server began to listen', async () => {
  const spans = recordSpans()
  const boot = trace.getTracer('of-the-app').startSpan('boot')
  const server = await context.with(trace.setSpan(context.active(), boot), () => startMcpServer())
  const users = Array.from({ length: 6 }, (_, index) => `auth0|user-${index}`)
  await Promise.all(
    users.map(async (sub) => {
      const token = await server.mint({ sub, scope: 'tool:greet' })
      await postMcp(server.endpoint, callTool('greet'), { token })
    }),
  )
  const requests = await spans.several('POST /mcp', users.length)
  boot.end()
  const ids = requests.map((span) => span.spanContext().traceId)
  expect(new Set([...ids, boot.spanContext().traceId]).size).toBe(users.length + 1)
  for (const id of ids) expect(spans.tree(id)).toHaveLength(5)
  const told = server.api.requests.map(({ headers }) => headers['traceparent']?.slice(3, 35))
  expect([...told].sort()).toEqual([...ids].sort())
  expect(spans.ended.flatMap(({ links }) => links)).toEqual([])
})

describe('where an instrumentation of HTTP servers has made a span', () => {
  test('that span takes the place of ours, and the baggage that came with it does not reach the API', async () => {
    const spans = recordSpans()
    const server = await startGreeting({
      mount: (app, parts, mcp) => {
        app.use((_req, res, next) => {
          const span = trace.getTracer('http').startSpan('POST')
          res.once('close', () => {
            span.end()
          })
          const baggage = propagation.createBaggage({ tenant: { value: '7' } })
          const within = propagation.setBaggage(trace.setSpan(context.active(), span), baggage)
          context.with(setRPCMetadata(within, { type: RPCType.HTTP, span }), next)
        })
        app.use(parts.metadata)
        app.all('/mcp', parts.protect, mcp)
        app.use(parts.errors)
      },
    })
    await postMcp(server.endpoint, callTool('greet'), { token: await server.mint() })
    const made = await spans.one('POST')
    expect(spans.tree(made.spanContext().traceId)).toEqual([
      'INTERNAL POST',
      '  INTERNAL verify token',
      '  SERVER tools/call greet',
      '    INTERNAL exchange token',
      '    CLIENT GET /api/private-scope',
    ])
    expect(server.api.requests[0]?.headers).not.toHaveProperty('baggage')
    expect(server.audit.records).toMatchObject([{ traceId: made.spanContext().traceId }])
  })

  test('an instrumentation of HTTP clients makes no second span for a request to the API, and one for a request to the authorization server is below the exchange', async () => {
    const spans = recordSpans()
    const seen: (readonly [string, boolean, string | undefined])[] = []
    const noting =
      (what: string): typeof fetch =>
      (input, init) => {
        const active = trace.getSpan(context.active()) as ReadableSpan | undefined
        seen.push([what, isTracingSuppressed(context.active()), active?.name])
        return fetch(input, init)
      }
    const options = {
      apiCalls: { fetch: noting('API') },
      exchange: { fetch: noting('token endpoint') },
    }
    const server = await startGreeting({ options })
    await postMcp(server.endpoint, callTool('greet'), { token: await server.mint() })
    await spans.one('POST /mcp')
    expect(seen).toEqual([
      ['token endpoint', false, 'exchange token'],
      ['API', true, 'GET /api/private-scope'],
    ])
  })
})

describe('a tracer that fails', () => {
  test.each(['startSpan', 'end', 'context'] as const)(
    'ends no call where %s throws, and the process is warned',
    async (place) => {
      const spans = recordSpans()
      const warnings = processWarnings()
      const fails = (): never => {
        throw new Error('the tracer failed')
      }
      if (place === 'end') spans.onEnd = fails
      if (place === 'startSpan') spans.onStart = fails
      if (place === 'context') {
        context.disable()
        context.setGlobalContextManager({
          active: fails,
          with: fails,
          bind: (_context, target) => target,
          enable: () => ({}) as never,
          disable: () => ({}) as never,
        })
      }
      const server = await startMcpServer()
      const token = await server.mint({ scope: 'tool:greet' })
      const answer = await postMcp(server.endpoint, callTool('greet'), { token })
      expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('Hello')])
      expect(server.audit.records).toMatchObject([{ outcome: 'ok' }])
      expect(warnings).toMatchObject([{ code: 'MCP_ON_BEHALF_OF_TRACING' }])
    },
  )

  test('a sampler that records nothing leaves calls as they are, and the ids of their traces still reach the API and the records', async () => {
    const spans = recordSpans(new AlwaysOffSampler())
    const server = await startMcpServer()
    const token = await server.mint({ scope: 'tool:greet' })
    await postMcp(server.endpoint, callTool('greet'), { token })
    expect(spans.ended).toEqual([])
    const [record] = server.audit.records
    const told = server.api.requests[0]?.headers['traceparent']
    expect(told).toMatch(new RegExp(`^00-${String(record?.traceId)}-[0-9a-f]{16}-00$`))
  })
})
