import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
  UnauthorizedError as UnauthorizedV2,
  type FetchLike,
} from '@modelcontextprotocol/client'
import { UnauthorizedError as UnauthorizedV1 } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { SignInProvider } from './sign-in-provider.js'

/** A connected client of either line of the official SDK. */
export type SdkClient = Pick<ClientV2, 'close'> & {
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>
}

export const IDENTITY = { name: 'foreign', version: '1.0.0' }

/** Connects a client of an SDK from the server's first 401 on. */
export type SignInAndConnect = (endpoint: URL, provider: SignInProvider) => Promise<SdkClient>

export const connectV2: SignInAndConnect = async (endpoint, provider) => {
  const open = async (): Promise<SdkClient> => {
    const transport = new TransportV2(endpoint, { authProvider: provider })
    const client = new ClientV2(IDENTITY)
    await client.connect(transport).catch(async (error: unknown) => {
      if (error instanceof UnauthorizedV2) await transport.finishAuth(provider.callback())
      throw error
    })
    return client
  }
  return onceMoreAfter(UnauthorizedV2, open)
}

export const connectV1: SignInAndConnect = async (endpoint, provider) => {
  const open = async (): Promise<SdkClient> => {
    const transport = new TransportV1(endpoint, { authProvider: provider })
    const client = new ClientV1(IDENTITY)
    await client.connect(transport).catch(async (error: unknown) => {
      if (error instanceof UnauthorizedV1) {
        await transport.finishAuth(provider.callback().get('code') ?? '')
      }
      throw error
    })
    return client
  }
  return onceMoreAfter(UnauthorizedV1, open)
}

/** Connects with a `fetch` that brings the credentials. */
export async function connectWith(endpoint: URL, fetch: FetchLike): Promise<SdkClient> {
  const client = new ClientV2(IDENTITY)
  await client.connect(new TransportV2(endpoint, { fetch }))
  return client
}

async function onceMoreAfter(
  kind: typeof UnauthorizedV1 | typeof UnauthorizedV2,
  open: () => Promise<SdkClient>,
): Promise<SdkClient> {
  return open().catch((error: unknown) => {
    if (error instanceof kind) return open()
    throw error
  })
}
