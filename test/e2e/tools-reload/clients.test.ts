import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { asked, bookingToken, sendRound } from '../../helpers/confirming-server.js'
import { rpcAnswer, postMcp, initialize } from '../../helpers/mcp-requests.js'
import { gate } from '../../helpers/gate.js'
import { startReloadServer, temporaryDirectory, TRIPS } from './reload-server.js'

async function connected(endpoint: URL, token: string, mode: 'legacy' | 'auto') {
  const heard = gate()
  const client = new Client(
    { name: 'listening', version: '1.0.0' },
    {
      versionNegotiation: { mode },
      listChanged: {
        tools: {
          autoRefresh: false,
          onChanged: () => {
            heard.open()
          },
        },
      },
    },
  )
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(endpoint, { requestInit }))
  onTestFinished(() => client.close())
  return { client, heard }
}

describe('[openapi 31] a client that listens', () => {
  test.each(['legacy', 'auto'] as const)(
    'hears of other tools (%s), and gets them with its next request',
    async (mode) => {
      const server = await startReloadServer(TRIPS, { environment: { MCP_SESSIONS: 'on' } })
      const token = await server.mint({ scope: 'read write' })
      const { client, heard } = await connected(server.endpoint, token, mode)
      expect((await client.listTools()).tools).toHaveLength(2)
      server.put({ 'get /stations list_stations': ['read'] })
      await server.reloadTools()
      await heard.whenOpen
      const { tools } = await client.listTools()
      expect(tools.map(({ name }) => name)).toEqual(['list_stations'])
      const answer = await client.callTool({ name: 'list_stations', arguments: {} })
      expect(JSON.stringify(answer)).toContain('Hello')
      await expect(client.callTool({ name: 'list_trips', arguments: {} })).rejects.toThrow(
        'not found',
      )
    },
  )

  test.each([
    ['a 2025 client without a session', {}, false],
    ['a 2025 client with a session', { MCP_SESSIONS: 'on' }, true],
  ])('is promised to hear of them only where it can: %s', async (_what, environment, expected) => {
    const server = await startReloadServer(TRIPS, { environment })
    const token = await server.mint({ scope: 'read' })
    const answer = rpcAnswer(await postMcp(server.endpoint, initialize(), { token }))
    expect(answer['result']).toMatchObject({ capabilities: { tools: { listChanged: expected } } })
  })
})

test('A consent that was given before the curation changed is none for the call after it', async () => {
  const curation = join(temporaryDirectory(), 'curation.yaml')
  writeFileSync(curation, 'cancelBooking: { title: Cancel a booking }\n')
  const { server, token, requestState } = await asked({
    environment: { OPENAPI_CURATION: curation },
  })
  writeFileSync(curation, 'cancelBooking: { title: Cancel a booking, serverScopes: [bookings] }\n')
  expect(await server.reloadTools()).toEqual({ changed: true, faults: [] })
  const answer = await sendRound(server, { token, requestState, action: 'accept' })
  expect(answer.isError).toBe(true)
  expect(server.api.requests).toEqual([])
  expect(await bookingToken(server)).toBeTypeOf('string')
})
