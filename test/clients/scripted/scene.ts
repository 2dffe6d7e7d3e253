import { startStandIn } from '../../../apps/development/start-stand-in.js'
import type { Environment } from '../../../src/config/config.js'
import { Observed } from '../parts/observed.js'
import { Person } from '../parts/person.js'
import { startStand } from '../parts/stand.js'
import { metadataDocument } from './metadata-document.js'
import { FAULTLESS, type Behaviour, type ScriptedClient } from './scripted-client.js'

/** A server that a scripted client is let loose on. */
export interface Scene {
  readonly endpoint: URL
  readonly person: Person
  readonly observed: Observed
  readonly behaviour: Behaviour
  /** The id of the client where it does not register itself. */
  readonly clientId: string | undefined
  /** How often the API was called. */
  apiCalls(): number
  pass(seconds: number): void
  close(): Promise<void>
}

export interface SceneOptions {
  readonly environment?: Environment | undefined
  readonly accessTokenSeconds?: number | undefined
}

/** Starts the development set-up, with the authorization server that the client is reported with, on free ports. */
export async function startScene(
  client: ScriptedClient,
  { environment, accessTokenSeconds }: SceneOptions,
): Promise<Scene> {
  const behaviour = { ...FAULTLESS, ...client.behaviour }
  if (client.at === 'entra') return entraScene(behaviour, environment)
  const document = metadataDocument(client.name, behaviour)
  const stand = await startStand({
    environment,
    accessTokenSeconds,
    documentFetch: document?.fetch,
  })
  const { stack, person, observed, apiCalls } = stand
  return {
    ...{ endpoint: stack.endpoint, person, observed, behaviour, clientId: document?.clientId },
    apiCalls: () => apiCalls.length,
    pass(seconds) {
      stand.pass(seconds)
    },
    close: () => stand.close(),
  }
}

async function entraScene(
  behaviour: Behaviour,
  environment: Environment | undefined,
): Promise<Scene> {
  let calls = 0
  const running = await startStandIn({
    provider: 'entra',
    ports: { authorizationServer: 0, api: 0, mcp: 0 },
    environment,
    onApiCall: () => (calls += 1),
  })
  const { endpoint } = running.mcpServer
  const observed = new Observed(endpoint)
  return {
    ...{ endpoint, person: new Person('alice'), observed, behaviour },
    clientId: running.standIn.clientId,
    apiCalls: () => calls,
    pass() {
      throw new Error('time does not pass here')
    },
    async close() {
      observed.close()
      await running.close()
    },
  }
}
