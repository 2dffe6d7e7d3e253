import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client'
import {
  HeadlessOAuthProvider,
  type HeadlessOAuthProviderOptions,
} from './headless-oauth-provider.js'

export interface HeadlessMcpClientOptions extends HeadlessOAuthProviderOptions {
  readonly endpoint: URL
  /** Default `auto`: 2026-07-28 where the server has it. */
  readonly mode?: VersionNegotiationMode
}

export interface HeadlessMcpClient {
  readonly client: Client
  readonly provider: HeadlessOAuthProvider
  /** Makes a request; where the server asks for more scopes, signs the user in for them and makes it again, once. */
  steppedUp<T>(request: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

/**
 * Connects the official SDK's client as one user, all the way from the server's first 401: discovery,
 * registration, sign-in, tokens.
 */
export async function connectAs(options: HeadlessMcpClientOptions): Promise<HeadlessMcpClient> {
  const provider = new HeadlessOAuthProvider(options)
  const connect = async (): Promise<readonly [Client, StreamableHTTPClientTransport]> => {
    const transport = new StreamableHTTPClientTransport(options.endpoint, {
      authProvider: provider,
      ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    })
    const client = new Client(
      { name: 'headless-mcp-client', version: '1.0.0' },
      { versionNegotiation: { mode: options.mode ?? 'auto' } },
    )
    try {
      await client.connect(transport)
    } catch (error) {
      if (error instanceof UnauthorizedError) await transport.finishAuth(provider.takeCallback())
      throw error
    }
    return [client, transport]
  }
  const [client, transport] = await connect().catch((error: unknown) => {
    if (error instanceof UnauthorizedError) return connect()
    throw error
  })
  return {
    client,
    provider,
    steppedUp: (request) =>
      request().catch(async (error: unknown) => {
        if (!(error instanceof UnauthorizedError)) throw error
        await transport.finishAuth(provider.takeCallback())
        return request()
      }),
    close: () => client.close(),
  }
}
