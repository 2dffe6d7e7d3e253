import type { AuditOptions } from '../../src/audit/audit.js'
import type { Observer } from '../../src/observability/observer.js'
import type { ConfirmationOptions } from '../../src/confirmation/confirmation.js'
import { parseConfig, type Environment } from '../../src/config/config.js'
import type { Logger } from '../../src/logging/logger.js'
import { composeServer, type ComposedServer } from '../../src/server/from-config.js'
import { serve } from '../../src/server/serve.js'
import type { Policy } from '../../src/policy/policy.js'
import type { Tool } from '../../src/tools/tool.js'
import { AuditRecords } from './audit-records.js'
import { closeWithTest } from './close-with-test.js'
import { API_AUDIENCE, CLIENT_ID, CLIENT_SECRET, exchangeAsAsked } from './exchange-answers.js'
import { scanned } from './leak-scan.js'
import { requestsTo, type McpRequests } from './mcp-requests.js'
import { RecordingLog } from './recording-log.js'
import { startTestApi, type TestApi } from './test-api.js'
import { TestIssuer } from './test-issuer.js'

/** An MCP server between an issuer and an API that a test controls. */
export interface TestServer extends McpRequests {
  readonly endpoint: URL
  readonly origin: string
  readonly audience: string
  readonly issuer: TestIssuer
  readonly api: TestApi
  readonly log: RecordingLog
  /** The records of its audit, if the settings name no other sink. */
  readonly audit: AuditRecords
  /** A good token of a user, as changed by `claims`. */
  readonly mint: (claims?: Readonly<Record<string, unknown>>) => Promise<string>
  /** Where the metrics are, with `METRICS_PORT`. */
  readonly metrics?: ComposedServer['metrics']
  /** What a process does at SIGHUP. */
  readonly reloadTools: ComposedServer['reloadTools']
  /** What a process does first when it is told to stop. */
  readonly announceStop: () => void
  /** What it does next. */
  readonly drain: () => void
  /** Also done at the end of the test that started it. */
  readonly close: () => Promise<void>
}

export interface McpServerOptions {
  /** Laid over the settings that make a server work. */
  readonly environment?: Environment
  /** Default: the tools that come with the server. */
  readonly tools?: readonly Tool[]
  /** Not closed with the server. Default: one of its own, which answers exchanges as Auth0 does. */
  readonly issuer?: TestIssuer
  /** Not closed with the server. Default: one of its own, which greets everybody. */
  readonly api?: TestApi
  /** Beside the recording log. */
  readonly log?: Logger
  /** Laid over an audit that keeps its records for the test. */
  readonly audit?: Partial<AuditOptions>
  readonly observer?: Observer
  /** Laid over what the settings say of it. */
  readonly confirmation?: ConfirmationOptions
  readonly policy?: Policy
  readonly policyTimeoutMs?: number
}

/** Starts the standalone server as configured for production, without limits of requests, on a free port. */
export async function startMcpServer(options: McpServerOptions = {}): Promise<TestServer> {
  const backends = await startBackends(options)
  const { issuer, api } = backends
  const server = await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
  const recorded = new RecordingLog()
  const origin = `http://localhost:${server.port}`
  const config = parseConfig({
    PORT: `${server.port}`,
    ISSUER_BASE_URL: issuer.issuer,
    AUTH0_AUDIENCE: `${origin}/mcp`,
    MCP_AUTH0_CLIENT_ID: CLIENT_ID,
    MCP_AUTH0_CLIENT_SECRET: CLIENT_SECRET,
    API_AUTH0_AUDIENCE: API_AUDIENCE,
    API_BASE_URL: api.origin,
    RATE_LIMIT_PER_ADDRESS: '0',
    RATE_LIMIT_PER_CALLER: '0',
    // More than a test makes: none of its exchanges waits for its turn.
    EXCHANGE_RATE_PER_SECOND: '1000',
    ...options.environment,
  })
  const audit = new AuditRecords()
  const composed = await composeServer(config, options.log ?? recorded, {
    tools: options.tools,
    audit: config.audit === undefined ? { sink: audit.sink, ...options.audit } : undefined,
    observer: options.observer,
    confirmation: options.confirmation,
    policy: options.policy,
    policyTimeoutMs: options.policyTimeoutMs,
  })
  server.attach(scanned(composed.handler))
  const audience = `${origin}/mcp`
  return {
    ...{ endpoint: config.endpoint, origin, audience, issuer, api, log: recorded, audit },
    ...requestsTo(config.endpoint),
    mint: (claims = {}) => issuer.mint(audience, { claims }),
    metrics: composed.metrics,
    reloadTools: composed.reloadTools,
    announceStop: composed.announceStop,
    drain: composed.drain,
    close: closeWithTest(async () => {
      const closed = server.close()
      composed.drain()
      await closed
      await composed.close()
      await backends.close()
    }),
  }
}

export interface Backends {
  readonly issuer: TestIssuer
  readonly api: TestApi
  /** Closes what was not given. */
  close(): Promise<void>
}

/** Starts what is not given. */
export async function startBackends(given: Partial<Omit<Backends, 'close'>>): Promise<Backends> {
  const issuer = given.issuer ?? (await TestIssuer.start())
  if (given.issuer === undefined) issuer.tokenResponder = exchangeAsAsked(issuer)
  const api = given.api ?? (await startTestApi())
  return {
    ...{ issuer, api },
    async close() {
      if (given.issuer === undefined) await issuer.close()
      if (given.api === undefined) await api.close()
    },
  }
}
