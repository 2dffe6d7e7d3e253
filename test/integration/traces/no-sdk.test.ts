import { context, INVALID_SPAN_CONTEXT, propagation, trace, type Tracer } from '@opentelemetry/api'
import { expect, test, vi } from 'vitest'
import { downstreamOf } from '../../../src/index.js'
import { stateOf } from '../../../middleware/request-state.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { silentLog } from '../../../src/logging/logger.js'
import { startLibraryServer } from '../../helpers/start-library-server.js'

const GREET = {
  name: 'greet',
  requiredScopes: [],
  downstream: { api: 'api', scopes: ['read:private'] },
} as const
const traceId = '0af7651916cd43dd8448eb211c80319c'
const traceparent = `00-${traceId}-b7ad6b7169203331-01`

test('without an SDK no span is made, no context is entered, and nothing is prepared for a request that nobody observes', async () => {
  const asked: string[] = []
  const noting = (name: string) => (): never => {
    asked.push(name)
    throw new Error(`${name} is asked without an SDK`)
  }
  const spies = [
    vi.spyOn(trace, 'getTracer').mockImplementation(noting('getTracer')),
    vi.spyOn(trace, 'getSpan').mockImplementation(noting('getSpan')),
    vi.spyOn(context, 'with').mockImplementation(noting('with')),
    vi.spyOn(context, 'active').mockImplementation(noting('active')),
    vi.spyOn(propagation, 'extract').mockImplementation(noting('extract')),
    vi.spyOn(propagation, 'inject').mockImplementation(noting('inject')),
  ]
  const observed: boolean[] = []
  const server = await startLibraryServer({
    sdk: 'SDK v2',
    handlers: {
      greet: async ({ context: given, req }) => {
        observed.push(stateOf(req).observation !== undefined)
        return (await downstreamOf(given, 'greet').fetch('/api/private-scope')).text()
      },
    },
    tools: [GREET],
    options: { log: silentLog, audit: undefined },
  })
  const token = await server.mint()
  const headers = { traceparent, tracestate: 'vendor=1', baggage: 'tenant=7' }
  const answer = await postMcp(server.endpoint, callTool('greet'), { token, headers })
  for (const spy of spies) spy.mockRestore()
  expect([answer.status, asked, observed]).toEqual([200, [], [false]])
  expect(server.api.requests[0]?.headers).toMatchObject({ traceparent, tracestate: 'vendor=1' })
  expect(server.api.requests[0]?.headers).not.toHaveProperty('baggage')
})

test('an SDK that is registered after the server has started is used from then on', async () => {
  const names: string[] = []
  const server = await startLibraryServer({
    sdk: 'SDK v2',
    handlers: { local: () => 'done' },
    tools: [{ name: 'local', requiredScopes: [] }],
    options: { log: silentLog, audit: undefined },
  })
  const token = await server.mint()
  await postMcp(server.endpoint, callTool('local'), { token })
  const tracer: Tracer = {
    startSpan: (name) => {
      names.push(name)
      return trace.wrapSpanContext({ traceId, spanId: 'b7ad6b7169203331', traceFlags: 1 })
    },
    startActiveSpan: () => {
      throw new Error('not asked for')
    },
  }
  trace.setGlobalTracerProvider({ getTracer: () => tracer })
  await postMcp(server.endpoint, callTool('local'), { token })
  trace.disable()
  await postMcp(server.endpoint, callTool('local'), { token })
  expect(names).toEqual(['POST /mcp', 'verify token', 'tools/call local'])
})

test('where the tracer that is registered makes no real spans, all is as without an SDK', async () => {
  const server = await startLibraryServer({
    sdk: 'SDK v2',
    handlers: {
      greet: async ({ context: given }) =>
        (await downstreamOf(given, 'greet').fetch('/api/private-scope')).text(),
    },
    tools: [GREET],
  })
  const tracer: Tracer = {
    startSpan: () => trace.wrapSpanContext(INVALID_SPAN_CONTEXT),
    startActiveSpan: () => {
      throw new Error('not asked for')
    },
  }
  trace.setGlobalTracerProvider({ getTracer: () => tracer })
  const token = await server.mint()
  await postMcp(server.endpoint, callTool('greet'), { token, headers: { traceparent } })
  trace.disable()
  expect(server.api.requests[0]?.headers).toMatchObject({ traceparent })
  expect(server.audit.records).toMatchObject([{ traceId, outcome: 'answered' }])
})
