import { randomUUID } from 'node:crypto'
import {
  API_AUDIENCE,
  CLIENT_ID,
  CLIENT_SECRET,
  exchangeAsAsked,
} from '../../test/helpers/exchange-answers.js'
import { startTestApi, type TestApi } from '../../test/helpers/test-api.js'
import { TestIssuer } from '../../test/helpers/test-issuer.js'
import { startBenchServer, type BenchServer } from './bench-server.js'

/** The standalone server in its own process, between an issuer and an API in this one. */
export interface BenchStack {
  readonly server: BenchServer
  readonly api: TestApi
  /** A token of a user; of a new one unless the claims say otherwise. */
  token(claims?: Readonly<Record<string, unknown>>): Promise<string>
  /** Posts a body as a user; resolves with the status once the whole answer has come. */
  post(options: PostOptions): Promise<number>
  close(): Promise<void>
}

export interface PostOptions {
  readonly token: string
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
}

/** All limits have their defaults but that by address: everybody here comes from one. */
export async function openBenchStack(
  environment: Readonly<Record<string, string>> = {},
): Promise<BenchStack> {
  const issuer = await TestIssuer.start()
  issuer.tokenResponder = exchangeAsAsked(issuer)
  const api = await startTestApi()
  const server = await startBenchServer({
    ISSUER_BASE_URL: issuer.issuer,
    MCP_AUTH0_CLIENT_ID: CLIENT_ID,
    MCP_AUTH0_CLIENT_SECRET: CLIENT_SECRET,
    API_AUTH0_AUDIENCE: API_AUDIENCE,
    API_BASE_URL: api.origin,
    RATE_LIMIT_PER_ADDRESS: '0',
    ...environment,
  })
  return {
    ...{ server, api },
    token: (claims = {}) =>
      issuer.mint(server.endpoint, { claims: { sub: randomUUID(), ...claims } }),
    async post({ token, body, headers = {}, signal }) {
      const response = await fetch(server.endpoint, {
        method: 'POST',
        signal: signal ?? null,
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/json, text/event-stream',
          Authorization: `Bearer ${token}`,
          ...headers,
        },
        body,
      })
      await response.text()
      return response.status
    },
    async close() {
      server.close()
      await Promise.all([issuer.close(), api.close()])
    },
  }
}
