import { type ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { describe, expect, test } from 'vitest'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { recordSpans } from '../../helpers/recorded-spans.js'
import { startGreeting } from './start-greeting.js'

const OF_HEADERS = '0af7651916cd43dd8448eb211c80319c'
const OF_META = '4bf92f3577b34da6a3ce929d0e0e4736'
const HEADERS = {
  traceparent: `00-${OF_HEADERS}-b7ad6b7169203331-00`,
  tracestate: 'vendor=1',
  baggage: 'tenant=7',
}
const META = { traceparent: `00-${OF_META}-00f067aa0ba902b7-01`, baggage: 'tenant=8' }
/** A call whose message names a trace. */
function tracedCall(meta: object): object {
  const message = callTool('greet') as { readonly params: object }
  return { ...message, params: { ...message.params, _meta: meta } }
}

const linked = (span: ReadableSpan | undefined): readonly string[] =>
  span?.links.map(({ context: { traceId } }) => traceId) ?? []

describe('by default', () => {
  test('a trace that a client names is linked to, and neither its sampling, its state nor its baggage goes further', async () => {
    const spans = recordSpans()
    const server = await startGreeting()
    const token = await server.mint()
    await postMcp(server.endpoint, tracedCall(META), { token, headers: HEADERS })
    const request = await spans.one('POST /mcp')
    const call = await spans.one('tools/call greet')
    const { traceId, spanId } = (await spans.one('GET /api/private-scope')).spanContext()
    expect([OF_HEADERS, OF_META]).not.toContain(traceId)
    expect([request.parentSpanContext, linked(request), linked(call)]).toEqual([
      ...[undefined, [OF_HEADERS], [OF_META]],
    ])
    expect(call.spanContext().traceId).toBe(traceId)
    const { headers } = server.api.requests[0] ?? {}
    expect(headers).toMatchObject({ traceparent: `00-${traceId}-${spanId}-01` })
    expect(headers).not.toHaveProperty('tracestate')
    expect(headers).not.toHaveProperty('baggage')
  })

  test.each([
    ['is malformed', { traceparent: '00-xyz', baggage: 'tenant=7' }],
    ['is too long', { traceparent: `${HEADERS.traceparent}-${'x'.repeat(600)}` }],
    ['is no text', { traceparent: { id: OF_HEADERS } }],
    ['comes from a prototype', { __proto__: { traceparent: HEADERS.traceparent } }],
    ['is null', null],
  ])('a trace context in the message that %s counts for nothing', async (_, meta) => {
    const spans = recordSpans()
    const server = await startGreeting()
    const message = tracedCall({}) as { params: object }
    Object.assign(message.params, { _meta: meta })
    await postMcp(server.endpoint, message, { token: await server.mint() })
    const [call] = await spans.several('tools/call greet', 1)
    expect([linked(call), call?.spanContext().traceId]).toEqual([
      [],
      (await spans.one('POST /mcp')).spanContext().traceId,
    ])
  })
})

describe('with traceContext continue', () => {
  const options = { traceContext: 'continue' } as const

  test('the trace of the message goes on to the API, with its baggage, and the span of the call links to that of its HTTP request', async () => {
    const spans = recordSpans()
    const server = await startGreeting({ options })
    const headers = { ...HEADERS, traceparent: HEADERS.traceparent.replace(/00$/, '01') }
    await postMcp(server.endpoint, tracedCall(META), { token: await server.mint(), headers })
    const request = await spans.one('POST /mcp')
    const call = await spans.one('tools/call greet')
    expect(request.spanContext().traceId).toBe(OF_HEADERS)
    expect(call.parentSpanContext?.spanId).toBe('00f067aa0ba902b7')
    expect([call.spanContext().traceId, linked(call)]).toEqual([OF_META, [OF_HEADERS]])
    const { spanId } = (await spans.one('GET /api/private-scope')).spanContext()
    expect(server.api.requests[0]?.headers).toMatchObject({
      traceparent: `00-${OF_META}-${spanId}-01`,
      baggage: 'tenant=8',
    })
    expect(server.audit.records).toMatchObject([{ traceId: OF_META }])
  })

  test('a client that does not sample its trace has no spans recorded, and its trace reaches the API all the same', async () => {
    const spans = recordSpans()
    const server = await startGreeting({ options })
    const token = await server.mint()
    await postMcp(server.endpoint, callTool('greet'), { token, headers: HEADERS })
    expect(spans.ended).toEqual([])
    const { headers } = server.api.requests[0] ?? {}
    expect(headers?.['traceparent']).toMatch(new RegExp(`^00-${OF_HEADERS}-[0-9a-f]{16}-00$`))
    expect(headers).toMatchObject({ tracestate: 'vendor=1', baggage: 'tenant=7' })
  })

  test('without an SDK, the baggage of a client goes on to the API', async () => {
    const server = await startGreeting({ options })
    const token = await server.mint()
    await postMcp(server.endpoint, callTool('greet'), { token, headers: HEADERS })
    expect(server.api.requests[0]?.headers).toMatchObject(HEADERS)
  })
})
