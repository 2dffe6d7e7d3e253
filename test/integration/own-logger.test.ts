import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { downstreamOf, type Logger } from 'mcp-on-behalf-of'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { startLibraryServer } from '../helpers/start-library-server.js'
import type { TestServer } from '../helpers/start-mcp-server.js'

const open = async (log: Logger): Promise<TestServer> => {
  const server = await startLibraryServer({
    sdk: 'SDK v2',
    handlers: {
      greet: async ({ context }) => (await downstreamOf(context, 'greet').fetch('/x')).status,
    },
    tools: [
      {
        name: 'greet',
        requiredScopes: ['tool:greet'],
        downstream: { api: 'api', scopes: ['read:private'] },
      },
    ],
    options: { log },
  })
  return server
}

const call = async (server: TestServer, token?: string): Promise<[number, string]> => {
  const given = token === undefined ? {} : { token }
  const response = await postMcp(server.endpoint, callTool('greet'), given)
  return [response.status, response.text]
}

describe('a server with a logger of its own', () => {
  test('a server with a logger of its own has its audit lines in pino, as JSON with the names of the events', async () => {
    const lines: string[] = []
    const server = await open(pino({ level: 'debug' }, { write: (line) => void lines.push(line) }))
    expect((await call(server, await server.mint()))[0]).toBe(200)
    await call(server)
    const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(events).toContainEqual(
      expect.objectContaining({ level: 30, event: 'token_exchanged', tool: 'greet', api: 'api' }),
    )
    expect(events).toContainEqual(
      expect.objectContaining({ level: 20, event: 'request_refused', code: 'no_credentials' }),
    )
  })

  test('a server with a child of a logger of its own has the fields of the child in each line', async () => {
    const lines: string[] = []
    const parent = pino({ level: 'debug' }, { write: (line) => void lines.push(line) })
    const server = await open(parent.child({ component: 'mcp' }))
    expect((await call(server, await server.mint()))[0]).toBe(200)
    await server.close()
    const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(events.map(({ event }) => event)).toContain('request_ended')
    expect(events.filter(({ component }) => component !== 'mcp')).toEqual([])
  })

  test('a server with a logger of its own that throws answers calls and refusals all the same', async () => {
    const broken = (): never => {
      throw new Error('disk full')
    }
    const server = await open({ debug: broken, info: broken, warn: broken, error: broken })
    const [status, text] = await call(server, await server.mint())
    expect([status, text.includes('"isError":true')]).toEqual([200, false])
    expect(text).toContain('200')
    expect((await call(server))[0]).toBe(401)
    expect((await call(server, await server.mint({ scope: '' })))[0]).toBe(403)
  })
})
