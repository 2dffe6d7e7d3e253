import { SpanStatusCode } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { recordSpans } from '../../helpers/recorded-spans.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'

test('the decision of a policy is a span below its call, and a denial is no error of it', async () => {
  const spans = recordSpans()
  const server = await startMcpServer({
    policy: ({ tool }) => {
      if (tool === 'greet') return { decision: 'deny', reason: 'Not today, alice.' }
      throw new Error('broken')
    },
  })
  const token = await server.mint()
  const decisionOn = async (tool: string) => {
    await postMcp(server.endpoint, callTool(tool), { token })
    const call = await spans.one(`tools/call ${tool}`)
    const { traceId, spanId } = call.spanContext()
    await spans.root(traceId)
    expect(spans.tree(traceId)).toContain('    INTERNAL decide by policy')
    const found = spans.ended.find(
      (each) => each.name === 'decide by policy' && each.parentSpanContext?.spanId === spanId,
    )
    return { attributes: found?.attributes, status: found?.status.code }
  }
  const own = { 'mcp_on_behalf_of.policy.decider': 'function' }
  expect(await decisionOn('greet')).toEqual({
    attributes: { ...own, 'mcp_on_behalf_of.policy.decision': 'denied' },
    status: SpanStatusCode.UNSET,
  })
  expect(await decisionOn('whoami')).toEqual({
    attributes: {
      ...{ ...own, 'mcp_on_behalf_of.policy.decision': 'unavailable' },
      ...{ 'error.type': 'policy_unavailable', 'mcp_on_behalf_of.reason': 'policy_failed' },
    },
    status: SpanStatusCode.ERROR,
  })
})
