import type { RequestListener } from 'node:http'
import {
  createAuthorizationServer,
  type AuthorizationServerEvent,
} from '../../apps/authorization-server/authorization-server.js'
import {
  loadDirectory,
  parseDirectory,
  withIdentifiers,
  type Directory,
} from '../../apps/authorization-server/directory.js'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { Secret } from '../../src/secret.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { scanned } from './leak-scan.js'
import { RecordingLog } from './recording-log.js'

export interface ExampleApi {
  readonly audience: string
  readonly baseUrl: URL
  /** Every token that was presented, accepted or not. */
  readonly tokens: string[]
}

/** The authorization server and an API of the development set-up, and a free place for an example. */
export interface ExampleSetting {
  readonly endpoint: URL
  readonly issuer: string
  readonly client: { readonly id: string; readonly secret: Secret }
  readonly api: ExampleApi
  /** A second API, which only a directory that names it knows. */
  readonly secondApi: ExampleApi
  readonly events: readonly AuthorizationServerEvent[]
  readonly log: RecordingLog
  attach(example: RequestListener): void
  close(): Promise<void>
}

export type ExtendDirectory = (
  directory: Directory,
  identifiers: { readonly mcp: string; readonly secondApi: string },
) => Directory

/** Starts all that an example needs around it, on free ports. */
export async function startExampleSetting(
  extend: ExtendDirectory = (directory) => directory,
): Promise<ExampleSetting> {
  const servers: ListeningServer[] = []
  const listen = async (): Promise<ListeningServer> => {
    const server = await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
    servers.push(server)
    return server
  }
  const [authorizationServer, mcp] = [await listen(), await listen()]
  const issuer = `http://localhost:${authorizationServer.port}/`
  const openApi = async (): Promise<ExampleApi> => {
    const server = await listen()
    const audience = `http://localhost:${server.port}/`
    const tokens: string[] = []
    const handler = createDownstreamApi({ issuer, audience })
    server.attach((req, res) => {
      tokens.push(req.headers.authorization?.replace(/^Bearer /, '') ?? '')
      handler(req, res)
    })
    // Not enumerable: the rest is an API among the options of a server, which has no other members.
    const api = { audience, baseUrl: new URL(audience) }
    return Object.defineProperty(api, 'tokens', { value: tokens }) as ExampleApi
  }
  const [api, secondApi] = [await openApi(), await openApi()]
  const endpoint = new URL(`http://localhost:${mcp.port}/mcp`)
  const regular = withIdentifiers(loadDirectory(), { mcp: endpoint.href, api: api.audience })
  const directory = extend(regular, { mcp: endpoint.href, secondApi: secondApi.audience })
  const events: AuthorizationServerEvent[] = []
  const { handler } = await createAuthorizationServer({
    ...{ issuer, directory },
    log: (event) => events.push(event),
  })
  authorizationServer.attach(handler)
  const id = 'mcp-server'
  const secret = directory.clients.find(({ client_id }) => client_id === id)?.client_secret ?? ''
  return {
    ...{ endpoint, issuer, api, secondApi, events },
    client: { id, secret: new Secret(secret) },
    log: new RecordingLog(),
    attach: (example) => {
      mcp.attach(scanned(example))
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}

/** A second API with the scopes and grants of the first, and a tool scope for each. */
export const withSecondApi: ExtendDirectory = (directory, { mcp, secondApi }) => {
  const first = directory.client_grants.find(({ client_id }) => client_id === 'mcp-server')
  const api = directory.resource_servers.find(({ identifier }) => identifier === first?.audience)
  const toolScopes = ['tool:orders', 'tool:invoices']
  const permissions = [
    ...toolScopes.map((scope) => [mcp, scope] as const),
    [secondApi, 'read:private'] as const,
  ].map(([identifier, name]) => ({
    resource_server_identifier: identifier,
    permission_name: name,
  }))
  return parseDirectory({
    ...directory,
    resource_servers: [
      ...directory.resource_servers.map((server) =>
        server.identifier === mcp
          ? { ...server, scopes: [...server.scopes, ...toolScopes.map((value) => ({ value }))] }
          : server,
      ),
      { ...api, name: 'Second API', identifier: secondApi },
    ],
    client_grants: [
      ...directory.client_grants.map((grant) =>
        grant.audience === mcp
          ? { ...grant, scope: [...(grant.scope ?? []), ...toolScopes] }
          : grant,
      ),
      { ...first, audience: secondApi },
    ],
    roles: directory.roles.map((role) =>
      role.name === 'Tool Administrator'
        ? { ...role, permissions: [...role.permissions, ...permissions] }
        : role,
    ),
  })
}
