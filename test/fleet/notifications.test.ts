import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { TestServer } from '../helpers/start-mcp-server.js'
import { documentOf, temporaryDirectory, TRIPS } from '../e2e/tools-reload/reload-server.js'
import { startFleet, untilLogged, type Fleet } from './helpers/start-fleet.js'

const STATIONS = { 'get /stations list_stations': ['read'] }

interface TwoDocuments extends Fleet {
  /** Changes the document that both read, and has the first instance read it: the second does so when it is told to. */
  readonly change: () => Promise<void>
}

async function startWithDocument(): Promise<TwoDocuments> {
  const document = join(temporaryDirectory(), 'openapi.json')
  writeFileSync(document, documentOf(TRIPS))
  const environment = {
    OPENAPI_DOCUMENT: document,
    MCP_SESSIONS: 'on',
    ALLOWED_HOSTS: 'localhost,127.0.0.1',
  }
  const fleet = await startFleet({ environment })
  let isChanged = false
  return {
    ...fleet,
    async change() {
      isChanged = !isChanged
      writeFileSync(document, documentOf(isChanged ? STATIONS : TRIPS))
      expect(await fleet.first.reloadTools()).toMatchObject({ changed: true })
    },
  }
}

/** A client that listens at one instance, and how often it has heard of other tools. */
async function listeningAt({ origin }: TestServer, token: string, mode: 'legacy' | 'auto') {
  const onChanged = vi.fn()
  const client = new Client(
    { name: 'listening', version: '1.0.0' },
    { versionNegotiation: { mode }, listChanged: { tools: { autoRefresh: false, onChanged } } },
  )
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', origin), { requestInit }))
  onTestFinished(() => client.close())
  return { client, onChanged }
}

/** Until the client has heard of a change: it opens its stream after it has connected, and tells of changes once there are none for a while. */
async function heardOf(change: () => Promise<void>, onChanged: ReturnType<typeof vi.fn>) {
  const heard = async (): Promise<boolean> => {
    await change()
    return onChanged.mock.calls.length > 0
  }
  await vi.waitUntil(heard, { timeout: 60_000, interval: 1_000 })
}

test.each(['legacy', 'auto'] as const)(
  'a client that listens at one instance hears of other tools in another (%s)',
  async (mode) => {
    const { second, mint, change } = await startWithDocument()
    const token = await mint({ scope: 'read write' })
    const { onChanged } = await listeningAt(second, token, mode)
    await heardOf(change, onChanged)
    expect(second.log.named('openapi_reloaded')).toEqual([])
    expect(second.log.named('notification_dropped')).toEqual([])
  },
)

test.each(['legacy', 'auto'] as const)(
  'a client hears of a change that it may have missed while the Redis was gone (%s)',
  async (mode) => {
    const { first, second, redis, mint, change } = await startWithDocument()
    const token = await mint({ scope: 'read write' })
    const { onChanged } = await listeningAt(second, token, mode)
    await heardOf(change, onChanged)
    await redis.kill()
    await change()
    await untilLogged([first], 'store_unavailable')
    onChanged.mockClear()
    await redis.restart()
    await vi.waitUntil(() => onChanged.mock.calls.length > 0, { timeout: 60_000 })
  },
)
