import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createMetrics } from 'mcp-on-behalf-of/metrics'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { seriesIn, sumOf } from '../helpers/prometheus-text.js'
import { startLibraryServer } from '../helpers/start-library-server.js'
import { downstreamOf } from '../../src/index.js'

test('a server of somebody who uses the library gets the metrics into a registry of their own', async () => {
  const registry = new Registry()
  const { observer } = createMetrics({ registry })
  const server = await startLibraryServer({
    sdk: 'SDK v2',
    handlers: {
      greet: async ({ context }) => {
        const answer = await downstreamOf(context, 'greet').fetch('/api/private-scope')
        return answer.text()
      },
    },
    tools: [
      {
        name: 'greet',
        requiredScopes: ['tool:greet'],
        downstream: { api: 'api', scopes: ['read:private'] },
      },
    ],
    options: { observer },
  })
  await postMcp(server.endpoint, callTool('greet'), { token: await server.mint() })
  await postMcp(server.endpoint, callTool('greet'))
  const series = seriesIn(await registry.metrics())
  const calls = (outcome: string): number =>
    sumOf(series, 'mcp_on_behalf_of_tool_calls_total', { tool: 'greet', outcome })
  expect([calls('answered'), calls('no_credentials')]).toEqual([1, 0])
  const exchanged = { source: 'new', outcome: 'ok' }
  expect(sumOf(series, 'mcp_on_behalf_of_exchange_duration_seconds_count', exchanged)).toBe(1)
  expect(sumOf(series, 'http_client_request_duration_seconds_count')).toBe(1)
  expect(sumOf(series, 'mcp_on_behalf_of_failures_total', { code: 'no_credentials' })).toBe(1)
})
