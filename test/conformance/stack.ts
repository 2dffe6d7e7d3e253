import { createAuthorizationServer } from '../../apps/authorization-server/authorization-server.js'
import { obtainToken } from '../../apps/development/obtain-token.js'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { Secret } from '../../src/secret.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { startBearerProxy } from './bearer-proxy.js'
import { fixtureDirectory } from './fixture-directory.js'
import { createFixtureApp } from './fixture/app.js'
import { FIXTURE_SCOPES } from './fixture/scopes.js'
import { createTokenSource } from './token-source.js'

export interface ConformanceStack {
  readonly issuer: string
  /** The MCP server as clients see it. */
  readonly endpoint: URL
  /** The same behind the proxy that adds alice's token. */
  readonly proxied: URL
  readonly log: RecordingLog
  /** The subjects of the calls that the API accepted. */
  readonly apiCalls: readonly string[]
  /** How many tokens the proxy has fetched. */
  readonly tokensFetched: () => number
  /** Signs alice in. */
  readonly signIn: (scopes: readonly string[]) => Promise<string>
  close(): Promise<void>
}

const CLIENT_ID = 'mcp-server'

/** Short, so that a run outlives a token and the proxy has to renew it. */
const TOKEN_LIFETIME_SECONDS = 30

/** Starts the development authorization server, the API, the fixture server behind the whole stack, and the proxy. */
export async function startConformanceStack(): Promise<ConformanceStack> {
  const listen = (): Promise<ListeningServer> => serve({ host: '127.0.0.1', port: 0, drainMs: 200 })
  const [authorizationServer, api, mcp] = [await listen(), await listen(), await listen()]
  const issuer = `http://localhost:${authorizationServer.port}/`
  const apiAudience = `http://localhost:${api.port}/`
  const endpoint = new URL(`http://localhost:${mcp.port}/mcp`)
  const directory = fixtureDirectory({
    mcp: endpoint.href,
    api: apiAudience,
    tokenLifetimeSeconds: TOKEN_LIFETIME_SECONDS,
  })
  const client = directory.clients.find(({ client_id: id }) => id === CLIENT_ID)
  const log = new RecordingLog()
  const apiCalls: string[] = []
  const app = createFixtureApp({
    ...{ endpoint, issuer, apiAudience, log },
    clientId: CLIENT_ID,
    clientSecret: new Secret(client?.client_secret ?? ''),
  })
  authorizationServer.attach((await createAuthorizationServer({ issuer, directory })).handler)
  const onCall = ({ sub }: Readonly<Record<string, unknown>>): void => {
    apiCalls.push(String(sub))
  }
  api.attach(createDownstreamApi({ issuer, audience: apiAudience, onCall }))
  mcp.attach(app.express)

  const signIn = (scopes: readonly string[]): Promise<string> =>
    obtainToken({ issuer, username: 'alice', resource: endpoint.href, scope: scopes.join(' ') })
  let fetched = 0
  const token = createTokenSource({
    obtain: () => {
      fetched += 1
      return signIn(FIXTURE_SCOPES)
    },
    marginMs: 27_000,
  })
  const proxy = await startBearerProxy({ targetPort: mcp.port, token })
  return {
    ...{ issuer, endpoint, log, apiCalls, signIn },
    proxied: new URL(`http://127.0.0.1:${proxy.port}/mcp`),
    tokensFetched: () => fetched,
    async close() {
      await proxy.close()
      const closed = mcp.close()
      app.drain()
      await closed
      await app.close()
      await Promise.all([api.close(), authorizationServer.close()])
    },
  }
}
