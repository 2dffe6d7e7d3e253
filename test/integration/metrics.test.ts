import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { alertRules } from '../../scripts/docs/alerts.js'
import { FAILURE_CODES } from '../../src/failures/errors.js'
import { ALERTED_EVENTS } from '../../src/metrics/instruments.js'
import { serveMetrics } from '../../src/server/serve-metrics.js'
import { closeWithTest } from '../helpers/close-with-test.js'
import { answerWith } from '../helpers/exchange-answers.js'
import { keepForScan } from '../helpers/leak-scan.js'
import { callTool, postMcp, rpc } from '../helpers/mcp-requests.js'
import { startOpaStandIn } from '../helpers/opa-stand-in.js'
import { selectorsIn, seriesIn, sumOf, type Series } from '../helpers/prometheus-text.js'
import type { Environment } from '../../src/config/config.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

/** A server with metrics, and what Prometheus reads of it. */
async function startMeasured(environment: Environment = {}): Promise<{
  readonly server: TestServer
  readonly url: string
  readonly scrape: () => Promise<readonly Series[]>
}> {
  const server = await startMcpServer({ environment: { METRICS_PORT: '0', ...environment } })
  const { metrics } = server
  if (metrics === undefined) throw new Error('there are no metrics')
  const listening = await serveMetrics({
    ...{ host: '127.0.0.1', port: 0, allowedHosts: ['metrics.internal.example'] },
    ...metrics,
  })
  closeWithTest(() => listening.close())
  const url = `http://127.0.0.1:${listening.port}/metrics`
  const scrape = async (): Promise<readonly Series[]> => {
    const text = await (await fetch(url)).text()
    keepForScan('metrics', text)
    return seriesIn(text)
  }
  return { server, url, scrape }
}

const OWN = 'mcp_on_behalf_of_'

describe('metrics', () => {
  test('a tool call is counted by tool and outcome, and timed as the conventions for MCP say', async () => {
    const { server, scrape } = await startMeasured()
    const token = await server.mint()
    await postMcp(server.endpoint, callTool('greet'), { token })
    await postMcp(server.endpoint, callTool('whoami'), { token })
    await postMcp(server.endpoint, rpc('tools/list'), { token })
    const series = await scrape()
    for (const tool of ['greet', 'whoami']) {
      expect(sumOf(series, `${OWN}tool_calls_total`, { tool, outcome: 'ok' })).toBe(1)
      const labels = { mcp_method_name: 'tools/call', gen_ai_tool_name: tool }
      expect(sumOf(series, 'mcp_server_operation_duration_seconds_count', labels)).toBe(1)
    }
    const listed = { mcp_method_name: 'tools/list' }
    expect(sumOf(series, 'mcp_server_operation_duration_seconds_count', listed)).toBe(1)
    expect(sumOf(series, `${OWN}requests_total`, { outcome: 'ok' })).toBe(3)
    expect(sumOf(series, 'http_server_request_duration_seconds_count')).toBe(3)
    expect(sumOf(series, 'http_server_active_requests')).toBe(0)
  })

  test('an exchange is counted by where its token came from, and each look into a cache by what it came to', async () => {
    const { server, scrape } = await startMeasured()
    const token = await server.mint()
    await postMcp(server.endpoint, callTool('greet'), { token })
    await postMcp(server.endpoint, callTool('greet'), { token })
    const series = await scrape()
    const exchanges = (source: string): number =>
      sumOf(series, `${OWN}exchange_duration_seconds_count`, { api: 'api', source, outcome: 'ok' })
    expect([exchanges('new'), exchanges('cached')]).toEqual([1, 1])
    const looks = (cache: string, result: string): number =>
      sumOf(series, `${OWN}token_cache_lookups_total`, { cache, result })
    for (const cache of ['verified_tokens', 'exchanged_tokens']) {
      expect([cache, looks(cache, 'absent'), looks(cache, 'hit')]).toEqual([cache, 1, 1])
    }
    expect(sumOf(series, `${OWN}token_request_duration_seconds_count`, { outcome: 'ok' })).toBe(1)
    for (const [queue, waits] of [
      ['exchange', 1],
      ['api', 2],
    ] as const) {
      const labels = { queue, outcome: 'turn' }
      expect(sumOf(series, `${OWN}queue_wait_duration_seconds_count`, labels)).toBe(waits)
    }
    const answered = { api: 'api', http_request_method: 'GET', http_response_status_class: '2xx' }
    expect(sumOf(series, 'http_client_request_duration_seconds_count', answered)).toBe(2)
    const verified = { outcome: 'ok' }
    expect(sumOf(series, `${OWN}token_verification_duration_seconds_count`, verified)).toBe(2)
  })

  test('a refusal is counted once, by its code and by the check that refused', async () => {
    const { server, scrape } = await startMeasured()
    const token = await server.mint({ aud: 'https://elsewhere.example/' })
    await postMcp(server.endpoint, callTool('greet'), { token })
    await postMcp(server.endpoint, callTool('greet'))
    const series = await scrape()
    expect(sumOf(series, `${OWN}failures_total`)).toBe(2)
    expect(sumOf(series, `${OWN}failures_total`, { code: 'invalid_token' })).toBe(1)
    expect(sumOf(series, `${OWN}failures_total`, { code: 'no_credentials' })).toBe(1)
    const check = { code: 'invalid_token', reason: 'audience_mismatch' }
    expect(sumOf(series, `${OWN}refusals_total`, check)).toBe(1)
  })

  test('a failure that speaks of an attack is marked, and is seen as an increase since every code begins at 0', async () => {
    const { server, scrape } = await startMeasured()
    const before = await scrape()
    const codes = before.filter(({ name }) => name === `${OWN}failures_total`)
    expect(codes.map(({ labels }) => labels['code']).sort()).toEqual([...FAILURE_CODES].sort())
    expect(codes.every(({ value }) => value === 0)).toBe(true)
    server.issuer.tokenResponder = async (_request, res) => {
      answerWith(res, {
        access_token: await server.issuer.mint('https://api.example/', {
          claims: { sub: 'somebody-else' },
        }),
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 600,
      })
    }
    await postMcp(server.endpoint, callTool('greet'), { token: await server.mint() })
    const marked = { code: 'exchange_rejected', security: 'true' }
    expect(sumOf(await scrape(), `${OWN}failures_total`, marked)).toBe(1)
  })

  test('a step-up counts as asked for, and as satisfied once the same client calls again with more scope', async () => {
    const { server, scrape } = await startMeasured()
    const call = async (claims: Record<string, unknown>) =>
      postMcp(server.endpoint, callTool('greet'), { token: await server.mint(claims) })
    const states = async () => {
      const series = await scrape()
      return ['asked', 'satisfied'].map((state) => sumOf(series, `${OWN}step_ups_total`, { state }))
    }
    expect((await call({ scope: 'tool:whoami' })).status).toBe(403)
    expect(await states()).toEqual([1, 0])
    expect((await call({ sub: 'another-user' })).status).toBe(200)
    expect(await states()).toEqual([1, 0])
    expect((await call({})).status).toBe(200)
    expect((await call({})).status).toBe(200)
    expect(await states()).toEqual([1, 1])
  })

  test('nothing that a client sends becomes a value of a label', async () => {
    const { server, scrape } = await startMeasured()
    const token = await server.mint({ sub: 'user-in-no-label', client_id: 'client-in-no-label' })
    await postMcp(server.endpoint, callTool('tool-in-no-label'), { token })
    await postMcp(server.endpoint, rpc('method/in-no-label'), { token })
    await fetch(server.endpoint, { method: 'PROPFIND' })
    await postMcp(server.endpoint, callTool('tool-in-no-label'), {
      headers: { 'Mcp-Method': 'tools/call', 'Mcp-Name': 'tool-in-no-label' },
    })
    const series = await scrape()
    const values = series.flatMap(({ labels }) => Object.values(labels))
    expect(values.filter((value) => value.includes('in-no-label'))).toEqual([])
    expect(values).not.toContain('PROPFIND')
    expect(sumOf(series, `${OWN}tool_calls_total`, { tool: 'other' })).toBe(2)
  })

  test('the breaker of an authorization server that cannot be reached is shown as open', async () => {
    const { server, scrape } = await startMeasured()
    const issuer = server.issuer.issuer
    server.issuer.tokenResponder = (_request, res) => {
      answerWith(res, { error: 'server_error' }, 503)
    }
    for (const sub of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await postMcp(server.endpoint, callTool('greet'), { token: await server.mint({ sub }) })
    }
    expect(sumOf(await scrape(), `${OWN}exchange_breaker_open`, { issuer })).toBe(1)
  })

  test('a server that stops shows why it is not ready', async () => {
    const { server, scrape } = await startMeasured()
    const stopping = { reason: 'stopping' }
    expect(sumOf(await scrape(), `${OWN}not_ready`, stopping)).toBe(0)
    server.announceStop()
    expect(sumOf(await scrape(), `${OWN}not_ready`, stopping)).toBe(1)
  })

  test('a server without METRICS_PORT has no metrics, and none are on the public port', async () => {
    const plain = await startMcpServer()
    expect(plain.metrics).toBeUndefined()
    const { server } = await startMeasured()
    for (const { origin } of [plain, server]) {
      expect((await fetch(`${origin}/metrics`)).status).toBe(404)
    }
  })

  test('metrics are at one address alone, for reading, and not for web pages', async () => {
    const { url } = await startMeasured()
    const statusOf = async (path: string, init?: RequestInit): Promise<number> =>
      (await fetch(new URL(path, url), init)).status
    expect(await statusOf('/metrics')).toBe(200)
    expect(await statusOf('/')).toBe(404)
    expect(await statusOf('/metrics', { method: 'POST' })).toBe(405)
    expect(await statusOf('/metrics', { headers: { Origin: 'https://page.example' } })).toBe(403)
  })

  test.each([
    ['evil.example', 403],
    ['evil.example:9464', 403],
    ['127.0.0.1.evil.example', 403],
    ['127.0.0.1', 200],
    ['[::1]:9464', 200],
    ['localhost:9464', 200],
    ['mcp-server:9464', 200],
    ['metrics.internal.example:9464', 200],
  ])(
    'the metrics are read by address or known name, and not by a page whose name leads to them: Host %s gets %i',
    async (host, expected) => {
      const { url } = await startMeasured()
      const status = await new Promise((resolve, reject) => {
        request(url, { headers: { Host: host } }, (answer) => {
          resolve(answer.resume().statusCode)
        })
          .on('error', reject)
          .end()
      })
      expect(status).toBe(expected)
    },
  )
})

const DASHBOARD = z.object({
  panels: z.array(
    z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) }),
  ),
})

/** Every query of the files in docs/monitoring, by what it is for. */
const queries: readonly (readonly [string, string])[] = [
  ...alertRules().map(({ alert, expr }) => [alert, expr] as const),
  ...DASHBOARD.parse(
    JSON.parse(
      readFileSync(
        new URL('../../docs/monitoring/grafana-dashboard.json', import.meta.url),
        'utf8',
      ),
    ),
  ).panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
]

describe('docs/monitoring', () => {
  let series: readonly Series[]

  beforeAll(async () => {
    // Nothing listens there: the state of a store is told from the start on.
    const { server, scrape } = await startMeasured({
      STORE_URL: 'redis://127.0.0.1:1',
      STORE_KEY: Buffer.alloc(32).toString('base64'),
      INSTANCES: '1',
      POLICY_URL: (await startOpaStandIn(() => true)).url,
    })
    await postMcp(server.endpoint, callTool('greet'), { token: await server.mint() })
    await postMcp(server.endpoint, callTool('greet'))
    series = (await scrape()).map((one) => ({
      ...one,
      // Added by Prometheus itself.
      labels: { ...one.labels, instance: 'localhost:9464', job: 'mcp-on-behalf-of' },
    }))
    series = [...series, { name: 'up', labels: { job: 'mcp-on-behalf-of' }, value: 1 }]
  })

  test.each(queries)('%s asks for series that a server emits: %s', (_title, expression) => {
    const selectors = selectorsIn(expression)
    expect(selectors.length).toBeGreaterThan(0)
    for (const selector of selectors) {
      const { name, conditions } = selector
      expect([name, conditions, series.some((one) => selector.matches(one))]).toEqual([
        name,
        conditions,
        true,
      ])
    }
  })

  test.each(queries)('%s groups by labels that its series have: %s', (_title, expression) => {
    const names = new Set(selectorsIn(expression).map(({ name }) => name))
    const labels = new Set(
      series.filter(({ name }) => names.has(name)).flatMap((one) => Object.keys(one.labels)),
    )
    const lists = [...expression.matchAll(/\bby\s*\(([^)]*)\)/g)]
    const grouped = lists.flatMap(([, list = '']) => list.split(',').map((label) => label.trim()))
    // Absent where nothing failed.
    expect(grouped.filter((label) => !labels.has(label) && label !== 'error_type')).toEqual([])
  })

  test('every log event that an alert asks for begins at 0, so that the first one counts', () => {
    const asked = alertRules().flatMap(({ expr }) =>
      [...expr.matchAll(/event="(\w+)"/g)].map(([, event = '']) => event),
    )
    expect([...new Set(asked)].sort()).toEqual([...ALERTED_EVENTS].sort())
  })
})
