import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  asked,
  BOOKINGS,
  bookingToken,
  reached,
  sendRound,
} from '../../helpers/confirming-server.js'
import { callTool, postMcp, rpc, rpcAnswer } from '../../helpers/mcp-requests.js'
import { publicTool } from '../../integration/public-tools/open-public.js'
import { toolAnswer } from '../../helpers/tool-answer.js'
import { gate } from '../../helpers/gate.js'
import { startReloadServer, temporaryDirectory, TRIPS } from './reload-server.js'

/** The document of bookings in a file that a test may change. */
function bookings(): {
  readonly path: string
  readonly change: (from: string, to: string) => void
} {
  const path = join(temporaryDirectory(), 'bookings.yaml')
  const text = readFileSync(BOOKINGS, 'utf8')
  writeFileSync(path, text)
  return {
    path,
    change: (from, to) => {
      expect(text).toContain(from)
      writeFileSync(path, text.replace(from, to))
    },
  }
}

describe('a consent that a user is asked for before a swap', () => {
  test.each([
    ['another operation', '/bookings/{bookingId}:', '/orders/{bookingId}:'],
    ['another description', 'summary: Cancel a booking', 'summary: Delete everything'],
  ])('counts for nothing where the tool is %s now', async (_what, from, to) => {
    const { path, change } = bookings()
    const { server, token, requestState } = await asked({ environment: { OPENAPI_DOCUMENT: path } })
    change(from, to)
    expect(await server.reloadTools()).toEqual({ changed: true, faults: [] })
    const answer = await sendRound(server, { token, requestState, action: 'accept' })
    expect(answer.isError).toBe(true)
    expect(reached(server)).toEqual([0, 0])
  })

  test('counts where nothing has changed', async () => {
    const { path } = bookings()
    const { server, token, requestState } = await asked({ environment: { OPENAPI_DOCUMENT: path } })
    expect(await server.reloadTools()).toEqual({ changed: false, faults: [] })
    const answer = await sendRound(server, { token, requestState, action: 'accept' })
    expect(answer.isError).toBe(false)
    expect(await bookingToken(server)).toBeTypeOf('string')
  })
})

test('A client that steps up across a swap is told what the tool needs now', async () => {
  const server = await startReloadServer()
  const first = await server.call('create_trip', 'read')
  expect([first.status, first.text]).toEqual([403, expect.stringContaining('write')])
  server.put({ ...TRIPS, 'post /trips create_trip': ['admin'] })
  await server.reloadTools()
  const second = await server.call('create_trip', 'read write')
  expect([second.status, second.text]).toEqual([403, expect.stringContaining('admin')])
  expect(server.api.requests).toEqual([])
  expect((await server.call('create_trip', 'read admin')).text).toContain('Hello')
})

test('An anonymous call across a swap ends as it began, and none gets what it may not see', async () => {
  const [reachedHandler, swapped] = [gate(), gate()]
  const ask = publicTool(async () => {
    reachedHandler.open()
    await swapped.whenOpen
    return 'anything'
  })
  const server = await startReloadServer(TRIPS, {
    tools: [ask],
    environment: { PUBLIC_TOOLS: 'ask' },
  })
  const answer = postMcp(server.endpoint, callTool('ask'))
  await reachedHandler.whenOpen
  server.put({ 'get /stations list_stations': ['read'] })
  expect(await server.reloadTools()).toEqual({ changed: true, faults: [] })
  swapped.open()
  expect(toolAnswer(await answer)).toMatchObject({ isError: false, text: 'anything' })
  const { result } = rpcAnswer(await postMcp(server.endpoint, rpc('tools/list'))) as {
    result: { tools: readonly { readonly name: string }[] }
  }
  expect(result.tools.map(({ name }) => name)).toEqual(['ask'])
  expect((await postMcp(server.endpoint, callTool('list_stations'))).status).toBe(401)
  expect(server.api.requests).toEqual([])
})

test('Names of tools that come and go stay bounded in the metrics', async () => {
  const server = await startReloadServer(TRIPS, { environment: { METRICS_PORT: '0' } })
  for (let round = 0; round < 300; round += 1) {
    server.put({ [`get /trips list_${round}`]: ['read'] })
    await server.reloadTools()
    await server.call(`list_${round}`, 'read')
    await server.call(`unknown_${round}`, 'read')
  }
  const text = (await server.metrics?.registry.metrics()) ?? ''
  const tools = new Set([...text.matchAll(/tool="([^"]*)"/g)].map(([, name]) => name))
  expect(tools.size).toBeGreaterThan(1)
  expect(tools.size).toBeLessThan(260)
  expect([...tools].filter((name) => name?.startsWith('unknown_'))).toEqual([])
})
