import type { RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import {
  createAuthorizationServer,
  type AuthorizationServerEvent,
} from '../../../apps/authorization-server/authorization-server.js'
import {
  loadDirectory,
  withIdentifiers,
  type Directory,
} from '../../../apps/authorization-server/directory.js'
import { obtainToken } from '../../../apps/development/obtain-token.js'
import { parseConfig, type Environment } from '../../../src/config/config.js'
import { composeServer } from '../../../src/server/from-config.js'
import { serve } from '../../../src/server/serve.js'
import { closeWithTest } from '../../helpers/close-with-test.js'
import { claimsOf } from '../../helpers/exchange-answers.js'
import { scanned } from '../../helpers/leak-scan.js'
import { RecordingLog } from '../../helpers/recording-log.js'

/** A document of a package for tests, by its path below the package. */
export function exampleDocument(path: string): string {
  return fileURLToPath(
    new URL(`../../../node_modules/@readme/oas-examples/${path}`, import.meta.url),
  )
}

export const TRAIN_TRAVEL = exampleDocument('3.1/yaml/train-travel.yaml')

/** One request that reached the API. */
export interface ApiRequest {
  readonly method: string
  /** With the query. */
  readonly target: string
  readonly subject: unknown
  readonly audience: unknown
  /** Sorted. */
  readonly scopes: readonly string[]
}

export interface DocumentServer {
  readonly endpoint: URL
  readonly origin: string
  readonly log: RecordingLog
  /** What the API got. */
  readonly apiRequests: readonly ApiRequest[]
  /** The scopes of each exchange that the authorization server made, sorted. */
  readonly exchanges: () => readonly (readonly string[])[]
  readonly events: readonly AuthorizationServerEvent[]
  readonly apiAudience: string
  /** Signs a user in for these scopes. */
  readonly tokenFor: (username: string, scope: string) => Promise<string>
}

export interface DocumentServerOptions {
  readonly environment?: Environment
  /** Scopes of this server's API and of the protected one, at the authorization server. */
  readonly scopes: { readonly server: readonly string[]; readonly api: readonly string[] }
  /** Answers calls of the API. Default: an empty list, as JSON. */
  readonly answer?: RequestListener
}

/** Starts the development authorization server, an API that records what reaches it, and the server in front of it. */
export async function startDocumentServer(options: DocumentServerOptions): Promise<DocumentServer> {
  const listen = () => serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
  const [tenant, api, mcp] = [await listen(), await listen(), await listen()]
  const issuer = `http://localhost:${tenant.port}/`
  const [resource, apiAudience] = [
    `http://localhost:${mcp.port}/mcp`,
    `http://localhost:${api.port}/`,
  ]
  const directory = directoryFor({ resource, apiAudience, scopes: options.scopes })
  const events: AuthorizationServerEvent[] = []
  const authorizationServer = await createAuthorizationServer({
    ...{ issuer, directory },
    log: (event) => events.push(event),
  })
  tenant.attach(authorizationServer.handler)
  const apiRequests: ApiRequest[] = []
  api.attach((req, res) => {
    const claims = claimsOf(req.headers.authorization?.replace(/^Bearer /, '') ?? '')
    apiRequests.push({
      method: req.method ?? '',
      target: req.url ?? '',
      subject: claims['sub'],
      audience: claims['aud'],
      scopes: sortedScopes(claims['scope']),
    })
    ;(options.answer ?? emptyList)(req, res)
  })
  const config = parseConfig({
    PORT: `${mcp.port}`,
    ISSUER_BASE_URL: issuer,
    AUTH0_AUDIENCE: resource,
    MCP_AUTH0_CLIENT_ID: 'mcp-server',
    MCP_AUTH0_CLIENT_SECRET: 'development-only-secret-of-the-mcp-server',
    API_AUTH0_AUDIENCE: apiAudience,
    API_BASE_URL: apiAudience,
    RATE_LIMIT_PER_ADDRESS: '0',
    RATE_LIMIT_PER_CALLER: '0',
    CONCURRENCY_PER_CALLER: '0',
    EXCHANGE_RATE_PER_SECOND: '1000',
    ...options.environment,
  })
  const log = new RecordingLog()
  const close = async (): Promise<void> => {
    await Promise.all([mcp, api, tenant].map((server) => server.close()))
  }
  const composed = await composeServer(config, log).catch(async (error: unknown) => {
    await close()
    throw error
  })
  mcp.attach(scanned(composed.handler))
  closeWithTest(async () => {
    composed.drain()
    await close()
    await composed.close()
  })
  return {
    ...{ endpoint: config.endpoint, origin: new URL(resource).origin },
    ...{ log, apiRequests, apiAudience, events },
    exchanges: () =>
      events.flatMap((event) =>
        event.type === 'token_exchanged' ? [[...event.scopes].sort()] : [],
      ),
    tokenFor: (username, scope) => obtainToken({ issuer, username, resource, scope }),
  }
}

function emptyList(_req: unknown, res: Parameters<RequestListener>[1]): void {
  res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"data":[]}')
}

function sortedScopes(scope: unknown): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ').filter(Boolean).sort() : []
}

/** The usual directory with other scopes, which every user may have. */
function directoryFor({
  resource,
  apiAudience,
  scopes,
}: Pick<DocumentServerOptions, 'scopes'> & {
  readonly resource: string
  readonly apiAudience: string
}): Directory {
  const usual = withIdentifiers(loadDirectory(), { mcp: resource, api: apiAudience })
  const named = (values: readonly string[]) =>
    values.map((value) => ({ value, description: `May ${value}` }))
  return {
    ...usual,
    resource_servers: usual.resource_servers.map((one) => ({
      ...one,
      enforce_policies: false,
      scopes: named(one.identifier === resource ? scopes.server : scopes.api),
    })),
    client_grants: usual.client_grants
      .filter(({ audience }) => audience === apiAudience)
      .map((grant) => ({ ...grant, scope: [...scopes.api] })),
    roles: [],
    users: usual.users.map((user) => ({ ...user, roles: [] })),
    organizations: [],
    token_exchange_profiles: [],
  }
}
