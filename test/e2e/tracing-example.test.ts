import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import request from 'supertest'
import { expect, onTestFinished, test } from 'vitest'
import { API_AUDIENCE, CLIENT_ID, CLIENT_SECRET } from '../helpers/exchange-answers.js'
import { keepForScan } from '../helpers/leak-scan.js'
import { callTool, mcpHeaders } from '../helpers/mcp-requests.js'
import { startBackends } from '../helpers/start-mcp-server.js'
import { startHttpServer } from '../helpers/start-http-server.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const ENDPOINT = 'http://localhost:3001/mcp'

/** What OTLP has of a span, as JSON. */
interface SentSpan {
  readonly name: string
  readonly traceId: string
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly unknown[] }
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[]
  }[]
}

/** A receiver of OTLP over HTTP. */
async function startCollector() {
  const received: Sent[] = []
  const paths = new Set<string | undefined>()
  const server = await startHttpServer((req: IncomingMessage, res) => {
    void text(req).then((body) => {
      paths.add(req.url)
      keepForScan('collector', body)
      received.push(JSON.parse(body) as Sent)
      res.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
    })
  })
  onTestFinished(() => server.close())
  return { origin: server.origin, received, paths }
}

test('examples/tracing.mjs sends the spans of the standalone server to a collector, the last ones when the process is told to stop', async () => {
  const backends = await startBackends({})
  onTestFinished(() => backends.close())
  const { issuer, api } = backends
  const collector = await startCollector()
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'serve'], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      NODE_OPTIONS: '--import ./examples/tracing.mjs',
      ...{ PORT: '0', HOST: '127.0.0.1', MCP_SERVER_URL: 'http://localhost:3001' },
      ...{ ISSUER_BASE_URL: issuer.issuer, AUTH0_AUDIENCE: ENDPOINT },
      ...{ MCP_AUTH0_CLIENT_ID: CLIENT_ID, MCP_AUTH0_CLIENT_SECRET: CLIENT_SECRET },
      ...{ API_AUTH0_AUDIENCE: API_AUDIENCE, API_BASE_URL: api.origin },
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin, OTEL_SERVICE_NAME: 'greeter' },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let port: unknown
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue
    const event = JSON.parse(line) as Readonly<Record<string, unknown>>
    port = event['port']
    if (event['event'] === 'listening') break
  }
  child.stdout.resume()
  const token = await issuer.mint(ENDPOINT, { claims: { scope: 'tool:greet' } })
  const answer = await request(`http://127.0.0.1:${String(port)}`)
    .post('/mcp')
    .set({ ...mcpHeaders({ token }), Host: 'localhost:3001' })
    .send(callTool('greet'))
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('Hello')])
  child.kill('SIGTERM')
  const [code] = (await once(child, 'close')) as [number]

  const spans = collector.received.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  )
  expect([code, [...collector.paths]]).toEqual([0, ['/v1/traces']])
  expect(spans.map(({ name }) => name).sort()).toEqual(
    [
      ...['POST /mcp', 'verify token', 'tools/call greet'],
      ...['exchange token', 'GET /api/private-scope'],
    ].sort(),
  )
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
  expect(collector.received[0]?.resourceSpans[0]?.resource.attributes).toContainEqual({
    key: 'service.name',
    value: { stringValue: 'greeter' },
  })
})
