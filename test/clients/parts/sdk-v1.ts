import {
  auth,
  extractWWWAuthenticateParams,
  UnauthorizedError,
} from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Connect } from './connected-client.js'
import { CountingProvider } from './counting-provider.js'
import { toolAnswer } from './tool-answer.js'

export interface SdkV1Options {
  /** Whether the client registers for refresh tokens. */
  readonly refreshes: boolean
  /** Whether the application forgets the tokens and signs in anew after the client gave up on a 403. */
  readonly applicationStepsUp: boolean
}

/** The client of the SDK's first line, which most applications in the field still have inside. */
export function sdkV1({ refreshes, applicationStepsUp }: SdkV1Options): Connect {
  return async function connect({ endpoint, person }) {
    const provider = new CountingProvider(person, { refreshes })
    let challenge: ReturnType<typeof extractWWWAuthenticateParams> = {}
    const noticing = async (input: string | URL, init?: RequestInit): Promise<Response> => {
      const response = await fetch(input, init)
      if (response.status === 403) challenge = extractWWWAuthenticateParams(response)
      return response
    }
    const finish = async (transport: StreamableHTTPClientTransport): Promise<void> =>
      transport.finishAuth(provider.takeCallback().get('code') ?? '')
    const open = async (): Promise<[Client, StreamableHTTPClientTransport]> => {
      const transport = new StreamableHTTPClientTransport(endpoint, {
        authProvider: provider,
        fetch: noticing,
      })
      const client = new Client({ name: 'sdk-v1', version: '1.0.0' })
      await client.connect(transport).catch(async (error: unknown) => {
        if (error instanceof UnauthorizedError) await finish(transport)
        throw error
      })
      return [client, transport]
    }
    const [client, transport] = await open().catch((error: unknown) => {
      if (error instanceof UnauthorizedError) return open()
      throw error
    })
    const signedIn = async <T>(request: () => Promise<T>): Promise<T> =>
      request().catch(async (error: unknown) => {
        if (applicationStepsUp && error instanceof StreamableHTTPError && error.code === 403) {
          provider.invalidateCredentials('tokens')
          await auth(provider, { serverUrl: endpoint, ...withoutError(challenge) })
        } else if (!(error instanceof UnauthorizedError)) {
          throw error
        }
        await finish(transport)
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

function withoutError({
  scope,
  resourceMetadataUrl,
}: ReturnType<typeof extractWWWAuthenticateParams>): { scope?: string; resourceMetadataUrl?: URL } {
  return {
    ...(scope === undefined ? {} : { scope }),
    ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }),
  }
}
