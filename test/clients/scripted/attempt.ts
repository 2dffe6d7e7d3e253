import type { Environment } from '../../../src/config/config.js'
import { Connection } from './connection.js'
import { startScene, type Scene, type SceneOptions } from './scene.js'
import type { Remedy, ScenarioName, ScriptedClient } from './scripted-client.js'
import { SignedIn } from './signed-in.js'
import type { Attempt } from './results.js'
import { Told } from './told.js'

const HOUR = 3_600

/** What is different from the set-up as it comes. */
const SCENARIOS: Readonly<Record<ScenarioName, Omit<SceneOptions, 'environment'> & Settings>> = {
  'sign-in': {},
  // Fewer scopes at first than `greet` needs, and yet it is in the list.
  'step-up': { settings: { MCP_BASELINE_SCOPES: 'tool:whoami', LOCKED_TOOLS: 'show' } },
  expiry: { accessTokenSeconds: 60 },
}

interface Settings {
  readonly settings?: Environment
}

/** Lets a client try one scenario at a server of its own, with a remedy where there is one. */
export async function attempt(
  client: ScriptedClient,
  scenario: ScenarioName,
  remedy?: Remedy,
): Promise<Attempt> {
  const { settings, ...options } = SCENARIOS[scenario]
  const scene = await startScene(client, {
    ...options,
    environment: { ...settings, ...(remedy && { [remedy.setting]: remedy.value }) },
  })
  try {
    const told = await outcome(client, scenario, scene)
    return {
      scenario,
      setting: remedy === undefined ? null : `${remedy.setting}=${remedy.value}`,
      outcome: told === undefined ? 'answered' : 'told',
      told: told === undefined ? null : steady(told),
      signIns: scene.person.signIns.length,
      refusals: [...scene.observed.refusals()],
    }
  } finally {
    await scene.close()
  }
}

/** What the person was told; `undefined` where `greet` was answered. */
async function outcome(
  client: ScriptedClient,
  scenario: ScenarioName,
  scene: Scene,
): Promise<string | undefined> {
  try {
    const connection = await connected(client, scene)
    const listed = await connection.listTools()
    // A model only calls what is in the list.
    const missing = ['whoami', 'greet'].filter((tool) => !listed.includes(tool))
    if (missing.length > 0) throw new Error(`nobody is told why ${missing.join()} is not listed`)
    if (scenario === 'step-up') await isAnswered(connection, 'whoami')
    await isGreeted(connection, scene)
    if (scenario === 'expiry') {
      scene.pass(HOUR)
      await isGreeted(connection, scene)
    }
    return undefined
  } catch (error) {
    if (error instanceof Told) return error.message
    throw error
  }
}

async function connected(
  client: ScriptedClient,
  { endpoint, behaviour, person, clientId }: Scene,
): Promise<Connection> {
  const signedIn = new SignedIn({ client, behaviour, endpoint, person, clientId })
  const connection = new Connection(endpoint, behaviour, signedIn)
  await connection.connect()
  return connection
}

async function isGreeted(connection: Connection, scene: Scene): Promise<void> {
  const before = scene.apiCalls()
  await isAnswered(connection, 'greet')
  if (scene.apiCalls() === before) throw new Error('greet is answered, and the API was not called')
}

async function isAnswered(connection: Connection, tool: string): Promise<void> {
  const { isError, text } = await connection.callTool(tool)
  if (isError) throw new Told(text)
}

/** What is another in each run: ports, and the ids that Entra ends its refusals with. */
function steady(text: string): string {
  return text
    .replaceAll(/https?:\/\/localhost:\d+[^\s"',<]*[^\s"',<.]/g, '…')
    .replace(/ Trace ID: .*$/, ' …')
}
