import { exchangeAsAsked } from '../../helpers/exchange-answers.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { TestIssuer } from '../../helpers/test-issuer.js'
import { Administration, ALICE } from './administration.js'
import { startGlewlwyd } from './glewlwyd.js'
import { openSession, type Session } from './session.js'

/** A glewlwyd in which `alice` has a session, and MCP servers whose users sign in there. */
export interface FirstHops {
  readonly administration: Administration
  readonly session: Session
  /** Adds an issuer that signs with the algorithm, and starts the standalone server behind it. */
  add(algorithm: string): Promise<FirstHop>
  close(): Promise<void>
}

export interface FirstHop {
  readonly name: string
  readonly issuer: string
  readonly server: TestServer
  /** A public client, which may ask for tokens for this server and for `elsewhere`. */
  readonly clientId: string
  readonly elsewhere: string
}

const ELSEWHERE = 'https://another-server.example/mcp'

export async function startFirstHops(): Promise<FirstHops> {
  const glewlwyd = await startGlewlwyd()
  const administration = await Administration.begin(glewlwyd.origin)
  // Glewlwyd exchanges no tokens, so that takes place at another authorization server.
  const exchanges = await TestIssuer.start()
  exchanges.tokenResponder = exchangeAsAsked(exchanges)
  const servers: TestServer[] = []
  return {
    administration,
    session: await openSession(glewlwyd.origin, ALICE),
    async add(algorithm) {
      const name = algorithm.toLowerCase()
      const issuer = await administration.addIssuer({ name, algorithm })
      const server = await startMcpServer({
        issuer: exchanges,
        environment: { ISSUER_BASE_URL: issuer, EXCHANGE_ISSUER: exchanges.issuer },
      })
      servers.push(server)
      const clientId = `mcp-client-${name}`
      await administration.addClient({ clientId, resources: [server.audience, ELSEWHERE] })
      return { name, issuer, server, clientId, elsewhere: ELSEWHERE }
    },
    async close() {
      await Promise.all(servers.map((server) => server.close()))
      await Promise.all([exchanges.close(), glewlwyd.close()])
    },
  }
}
