import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { MemoryOAuthProvider } from '../../../apps/development/memory-oauth-provider.js'
import type { RealClient, RealOutcome } from './real-outcome.js'

/** Notices that the person would be sent to sign in. */
class NoticingProvider extends MemoryOAuthProvider {
  opened = false

  constructor() {
    super({ redirectUrl: 'http://127.0.0.1/callback', clientName: 'agreement' })
  }

  override redirectToAuthorization(): void {
    this.opened = true
  }
}

async function outcomeOf(
  provider: NoticingProvider,
  connect: () => Promise<void>,
): Promise<RealOutcome> {
  try {
    await connect()
    return 'open'
  } catch {
    return provider.opened ? 'page' : 'fails'
  }
}

const ABOUT = { name: 'agreement', version: '1.0.0' }

export const sdkV1: RealClient = (endpoint) => {
  const authProvider = new NoticingProvider()
  const client = new ClientV1(ABOUT)
  return outcomeOf(authProvider, async () => {
    await client.connect(new TransportV1(new URL(endpoint), { authProvider }))
    await client.close()
  })
}

export const sdkV2: RealClient = (endpoint) => {
  const authProvider = new NoticingProvider()
  const client = new Client(ABOUT)
  return outcomeOf(authProvider, async () => {
    await client.connect(new StreamableHTTPClientTransport(new URL(endpoint), { authProvider }))
    await client.close()
  })
}
