import { expect, test } from 'vitest'
import { createMetrics } from '../../../src/metrics/create-metrics.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startOpaStandIn } from '../../helpers/opa-stand-in.js'
import { seriesIn, sumOf } from '../../helpers/prometheus-text.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'

test('decisions of a policy are timed by who decides and what, and named by nothing that a client sends', async () => {
  const opa = await startOpaStandIn(({ arguments: args }) => {
    const { n } = args as { readonly n?: unknown }
    return n === 1 ? true : n === 2 ? { decision: 'ask' } : n === 3 ? false : undefined
  })
  const metrics = createMetrics({ process: false })
  const server = await startMcpServer({
    observer: metrics.observer,
    environment: { POLICY_URL: opa.url },
  })
  const token = await server.mint()
  for (const n of [1, 2, 3, 4]) await postMcp(server.endpoint, callTool('greet', { n }), { token })
  const series = seriesIn(await metrics.registry.metrics())
  metrics.close()
  const name = 'mcp_on_behalf_of_policy_decision_duration_seconds_count'
  for (const outcome of ['allowed', 'asked', 'denied', 'unavailable']) {
    expect(sumOf(series, name, { decider: 'opa', outcome })).toBe(1)
  }
  expect(sumOf(series, name)).toBe(4)
  const labels = series.filter((each) => each.name === name).map((each) => each.labels)
  expect(new Set(labels.flatMap((each) => Object.keys(each)))).toEqual(
    new Set(['decider', 'outcome']),
  )
})
