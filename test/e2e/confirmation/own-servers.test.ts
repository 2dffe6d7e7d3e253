import { readFile } from 'node:fs/promises'
import { McpServer } from '@modelcontextprotocol/server'
import { createConfirmation, downstreamOf, Secret } from 'mcp-on-behalf-of'
import { registerOpenApiTools, toolsFromOpenApi } from 'mcp-on-behalf-of/openapi'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { BOOKINGS, bookingToken, reached, sendRound } from '../../helpers/confirming-server.js'
import { startLibraryServer } from '../../helpers/start-library-server.js'

const INFO = { name: 'own', version: '1.0.0' }
const confirmation = createConfirmation({ keys: [new Secret('k'.repeat(32))] })

async function bookings() {
  return toolsFromOpenApi(await readFile(BOOKINGS), { api: 'api', confirm: 'writes' })
}

describe('a server of somebody who uses the library', () => {
  test('asks before the tools of a document that write, and exchanges no token before', async () => {
    const { tools } = await bookings()
    const createServer = (): McpServer => {
      const server = new McpServer(INFO)
      registerOpenApiTools(server, tools, { confirmation })
      return server
    }
    const server = await startLibraryServer({ tools, route: { createServer } })
    const token = await bookingToken(server)
    const { state: requestState, question } = await sendRound(server, { token })
    expect(question).toContain('DELETE /bookings/{bookingId}')
    expect(reached(server)).toEqual([0, 0])
    const args = { bookingId: 'b2' }
    const changed = await sendRound(server, { token, requestState, args, action: 'accept' })
    expect([changed.isError, ...reached(server)]).toEqual([true, 0, 0])
    const second = await sendRound(server, { token, requestState, action: 'accept' })
    expect([second.isError, ...reached(server)]).toEqual([false, 1, 1])
  })

  test('is told where it has nothing that asks', async () => {
    const { tools } = await bookings()
    expect(() => {
      registerOpenApiTools(new McpServer(INFO), tools)
    }).toThrow(/cancelBooking asks the user before it runs.*createConfirmation\(\)/)
  })

  test('gets no API for a handler that does not ask, and the log says what to do', async () => {
    const declared = {
      ...{ name: 'cancelBooking', requiredScopes: ['bookings'], confirm: true },
      downstream: { api: 'api', scopes: ['bookings'] },
    }
    const asking = { now: false }
    const createServer = (): McpServer => {
      const server = new McpServer(INFO)
      const inputSchema = z.object({ bookingId: z.string() })
      server.registerTool('cancelBooking', { inputSchema }, async (args, context) => {
        const unconfirmed = asking.now
          ? await confirmation.ask(context, { tool: declared, args })
          : undefined
        if (unconfirmed !== undefined) return unconfirmed.result
        await downstreamOf(context, 'cancelBooking').fetch('/bookings/b1', { method: 'DELETE' })
        return { content: [{ type: 'text', text: 'Cancelled.' }] }
      })
      return server
    }
    const server = await startLibraryServer({ tools: [declared], route: { createServer } })
    const token = await bookingToken(server)
    expect((await sendRound(server, { token })).isError).toBe(true)
    expect(reached(server)).toEqual([0, 0])
    expect(server.log.text()).toContain('createConfirmation()')
    asking.now = true
    const { state: requestState } = await sendRound(server, { token })
    const second = await sendRound(server, { token, requestState, action: 'accept' })
    expect(second.text).toBe('Cancelled.')
    expect(reached(server)).toEqual([1, 1])
  })
})
