import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client'
import type { Connect } from './connected-client.js'
import { CountingProvider } from './counting-provider.js'
import { toolAnswer } from './tool-answer.js'

/** The official SDK's current client, in one of its modes. */
export function sdkV2(mode: VersionNegotiationMode): Connect {
  return async function connect({ endpoint, person }) {
    const provider = new CountingProvider(person)
    const open = async (): Promise<[Client, StreamableHTTPClientTransport]> => {
      const transport = new StreamableHTTPClientTransport(endpoint, { authProvider: provider })
      const client = new Client(
        { name: 'sdk-v2', version: '1.0.0' },
        { versionNegotiation: { mode } },
      )
      await client.connect(transport).catch(async (error: unknown) => {
        if (error instanceof UnauthorizedError) await transport.finishAuth(provider.takeCallback())
        throw error
      })
      return [client, transport]
    }
    const [client, transport] = await open().catch((error: unknown) => {
      if (error instanceof UnauthorizedError) return open()
      throw error
    })
    /** What an application does: sign in where the transport says so, then try again, once. */
    const signedIn = async <T>(request: () => Promise<T>): Promise<T> =>
      request().catch(async (error: unknown) => {
        if (!(error instanceof UnauthorizedError)) throw error
        await transport.finishAuth(provider.takeCallback())
        return request()
      })
    return {
      listTools: async () =>
        (await signedIn(() => client.listTools())).tools.map(({ name }) => name),
      callTool: async (name, args = {}) =>
        toolAnswer(await signedIn(() => client.callTool({ name, arguments: args }))),
      close: () => client.close(),
    }
  }
}
