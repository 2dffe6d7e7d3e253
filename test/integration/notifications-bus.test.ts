import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { McpServer, type ServerEvent } from '@modelcontextprotocol/server'
import { createMemoryStore, createSharedEventBus, Secret } from 'mcp-on-behalf-of'
import { expect, onTestFinished, test, vi } from 'vitest'
import { RecordingLog } from '../helpers/recording-log.js'
import { startLibraryServer } from '../helpers/start-library-server.js'

const KEYS = [new Secret('k'.repeat(32))]
const PROMPTS: ServerEvent = { kind: 'prompts_list_changed' }

/** A server of the library with one tool, and a prompt where it is to have any, on a bus that it shares with `other`. */
async function started({ withPrompt }: { readonly withPrompt: boolean }) {
  const store = createMemoryStore()
  const log = new RecordingLog()
  const [bus, other] = [
    createSharedEventBus({ store, keys: KEYS }),
    createSharedEventBus({ store, keys: KEYS }),
  ]
  const createServer = () => {
    const made = new McpServer({ name: 'sharing', version: '1.0.0' })
    made.registerTool('hello', {}, () => ({ content: [] }))
    if (withPrompt) made.registerPrompt('ask', {}, () => ({ messages: [] }))
    return made
  }
  const route = { createServer, sessions: {}, bus, log }
  const server = await startLibraryServer({
    route,
    tools: [{ name: 'hello', requiredScopes: ['tool:greet'] }],
  })
  return { ...server, other, log }
}

async function listening(
  { endpoint, mint }: Awaited<ReturnType<typeof started>>,
  mode: 'legacy' | 'auto',
) {
  const [tools, prompts] = [vi.fn(), vi.fn()]
  const on = (onChanged: () => void) => ({ autoRefresh: false, onChanged })
  const listChanged = { tools: on(tools), prompts: on(prompts) }
  const client = new Client(
    { name: 'listening', version: '1.0.0' },
    { versionNegotiation: { mode }, listChanged },
  )
  const requestInit = { headers: { authorization: `Bearer ${await mint()}` } }
  await client.connect(new StreamableHTTPClientTransport(endpoint, { requestInit }))
  onTestFinished(() => client.close())
  return { tools, prompts }
}

test.each(['legacy', 'auto'] as const)(
  'a client of a library server hears what another one publishes on the bus (%s)',
  async (mode) => {
    const server = await started({ withPrompt: true })
    const { tools, prompts } = await listening(server, mode)
    // The client opens its stream after it has connected, and tells of changes once there are none for a while.
    const heard = (): boolean => {
      server.other.publish(PROMPTS)
      return prompts.mock.calls.length > 0
    }
    await vi.waitUntil(heard, { timeout: 60_000, interval: 1_000 })
    expect(tools).not.toHaveBeenCalled()
  },
)

test('a session whose server has no prompts hears nothing of them, and nothing fails', async () => {
  const server = await started({ withPrompt: false })
  const { tools, prompts } = await listening(server, 'legacy')
  const heard = (): boolean => {
    server.other.publish(PROMPTS)
    server.other.publish({ kind: 'resources_list_changed' })
    server.other.publish({ kind: 'resource_updated', uri: 'file:///a' })
    server.other.publish({ kind: 'tools_list_changed' })
    return tools.mock.calls.length > 0
  }
  await vi.waitUntil(heard, { timeout: 60_000, interval: 1_000 })
  expect(prompts).not.toHaveBeenCalled()
  expect(server.log.named('mcp_error')).toEqual([])
})
