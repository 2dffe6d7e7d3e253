import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { TestIssuer, type MintOptions } from '../../helpers/test-issuer.js'

export const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/'
export const AUDIENCE = 'https://mcp.example/stream'
/** With which the transmitter shows who it is. */
export const TOKEN = 'a-bearer-token-of-the-transmitter-0123456789'

export const nowSeconds = (): number => Math.floor(Date.now() / 1_000)

/** A security event, as it differs from a good one. */
export interface Sent {
  readonly type?: string
  readonly event?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly key?: MintOptions['key']
  readonly by?: TestIssuer
}

/** A server that a transmitter of Shared Signals pushes events to. */
export class SignalsStand {
  readonly transmitter: TestIssuer
  readonly server: TestServer

  private constructor(transmitter: TestIssuer, server: TestServer) {
    this.transmitter = transmitter
    this.server = server
  }

  static async start(): Promise<SignalsStand> {
    const transmitter = await TestIssuer.start()
    const server = await startMcpServer({
      environment: {
        ...{ SHARED_SIGNALS_ISSUER: transmitter.issuer, SHARED_SIGNALS_AUDIENCE: AUDIENCE },
        ...{ SHARED_SIGNALS_JWKS_URL: `${transmitter.issuer}jwks`, SHARED_SIGNALS_TOKEN: TOKEN },
        METRICS_PORT: '0',
      },
    })
    return new SignalsStand(transmitter, server)
  }

  async close(): Promise<void> {
    await this.server.close()
    await this.transmitter.close()
  }

  mint({ type = `${CAEP}session-revoked`, event = {}, by, ...sent }: Sent): Promise<string> {
    const none = { scope: undefined, client_id: undefined, exp: undefined, sub: undefined }
    return (by ?? this.transmitter).mint(AUDIENCE, {
      claims: { ...none, jti: randomUUID(), events: { [type]: event }, ...sent.claims },
      header: { typ: 'secevent+jwt', ...sent.header },
      ...(sent.key === undefined ? {} : { key: sent.key }),
    })
  }

  async push(text: string, headers: Readonly<Record<string, string>> = {}) {
    const answer = await fetch(new URL('/shared-signals', this.server.origin), {
      method: 'POST',
      headers: {
        ...{ 'Content-Type': 'application/secevent+jwt', Authorization: `Bearer ${TOKEN}` },
        ...headers,
      },
      body: text,
    })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    return { status: answer.status, body: await answer.text() }
  }

  async isIn(token: string): Promise<boolean> {
    return (await postMcp(this.server.endpoint, callTool('whoami'), { token })).status === 200
  }

  issSub(sub: string, iss = this.server.issuer.issuer) {
    return { format: 'iss_sub', iss, sub }
  }
}
