import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { HeadlessOAuthProvider } from '../../apps/development/headless-oauth-provider.js'

export interface SdkV1Session {
  readonly client: Client
  readonly transport: StreamableHTTPClientTransport
  readonly provider: HeadlessOAuthProvider
}

/** Connects version 1 of the SDK's client as one user, from the server's first 401. */
export async function connectV1As(endpoint: URL, username: string): Promise<SdkV1Session> {
  const provider = new HeadlessOAuthProvider({ username })
  const connect = async (): Promise<SdkV1Session> => {
    const transport = new StreamableHTTPClientTransport(endpoint, { authProvider: provider })
    const client = new Client({ name: 'headless-v1-client', version: '1.0.0' })
    try {
      await client.connect(transport)
    } catch (error) {
      if (error instanceof UnauthorizedError) {
        await transport.finishAuth(provider.takeCallback().get('code') ?? '')
      }
      throw error
    }
    return { client, transport, provider }
  }
  return connect().catch((error: unknown) => {
    if (error instanceof UnauthorizedError) return connect()
    throw error
  })
}
