import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { createApp } from './app.js'
import { ConfigError, type Config } from './config.js'
import { createPooledFetch } from './downstream/pooled-fetch.js'
import { createRfc8693Exchanger } from './exchange/rfc8693-exchanger.js'
import { createIssuer } from './identity/issuer-keys.js'
import { createJwtBearerVerifier } from './identity/jwt-bearer-verifier.js'
import type { Log } from './log.js'
import { missingScopes } from './scopes.js'
import { createGetDatetime } from './tools/get-datetime.js'
import { greet } from './tools/greet.js'
import { createToolRegistry } from './tools/registry.js'
import type { Tool } from './tools/tool.js'
import { whoami } from './tools/whoami.js'

export interface ComposedServer {
  readonly handler: RequestListener
  /** Ends streams and pooled connections; call it after the server has stopped to accept. */
  close(): Promise<void>
}

/**
 * Builds the server that a configuration describes: the one place that picks adapters.
 *
 * Throws a `ConfigError` when a tool needs more than the configuration lets an exchange ask for.
 */
export function composeServer(config: Config, log: Log): ComposedServer {
  const tools: readonly Tool[] = [whoami, greet, createGetDatetime()]
  assertWithinCeiling(tools, config.exchange.scopeCeiling)
  const issuer = createIssuer({ issuer: config.issuer, log })
  const pool = createPooledFetch()
  const app = createApp({
    endpoint: config.endpoint,
    resource: {
      resource: config.resource.identifier,
      authorizationServers: [config.issuer],
      baselineScopes: config.resource.baselineScopes,
    },
    verifier: createJwtBearerVerifier({
      issuers: [issuer],
      audience: config.resource.identifier,
    }),
    exchanger: createRfc8693Exchanger({
      metadata: () => issuer.metadata(),
      clientId: config.exchange.clientId,
      clientSecret: config.exchange.clientSecret,
      timeoutMs: config.exchange.timeoutMs,
      ...(config.exchange.subjectTokenType === undefined
        ? {}
        : { subjectTokenType: config.exchange.subjectTokenType }),
    }),
    registry: createToolRegistry(tools),
    apis: { api: { audience: config.api.audience, baseUrl: config.api.baseUrl } },
    apiTimeoutMs: config.api.timeoutMs,
    fetch: pool.fetch,
    log,
    createReference: randomUUID,
  })
  return {
    handler: app.express,
    async close() {
      await app.close()
      await pool.close()
    },
  }
}

function assertWithinCeiling(tools: readonly Tool[], ceiling: readonly string[] | undefined): void {
  if (ceiling === undefined) return
  const faults = tools.flatMap((tool) => {
    const missing = missingScopes(tool.downstream?.scopes ?? [], ceiling)
    return missing.length === 0
      ? []
      : {
          key: 'MCP_AUTH0_EXCHANGE_SCOPE',
          value: ceiling.join(' '),
          cure: `lacks ${missing.join(' ')}, which the tool ${tool.name} needs at the API. Add it, or remove the variable`,
        }
  })
  if (faults.length > 0) throw new ConfigError(faults)
}
