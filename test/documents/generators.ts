import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { createDownstreamClient } from '../../src/downstream/downstream-client.js'
import { senderOfFetch } from '../../src/http/sender-of-fetch.js'
import type { Caller } from '../../src/identity/caller.js'
import { toolsFromOpenApi } from '../../src/openapi.js'
import { Secret } from '../../src/secret.js'
import type { JudgedTool } from './verdict.js'

/** Tools of a document in front of an API that keeps what it was asked. */
export interface Running {
  readonly tools: readonly JudgedTool[]
  /** The targets of the requests that a call led to. */
  call(name: string, args: Record<string, unknown>): Promise<readonly string[]>
  close(): Promise<void>
}

export interface Generator {
  readonly name: string
  start(document: string): Promise<Running>
}

const PACKAGES = join(import.meta.dirname, 'packages')
const run = promisify(execFile)
const TIME_LIMIT = { timeout: 120_000 }

export const GENERATORS: readonly Generator[] = [
  { name: 'mcp-on-behalf-of', start: ours },
  { name: 'openapi-mcp-generator 4.0.1', start: generated },
  { name: '@ivotoby/openapi-mcp-server 1.16.1', start: served },
]

async function ours(document: string): Promise<Running> {
  const api = await startApi()
  const { tools, report } = toolsFromOpenApi(readFileSync(document), {
    ...{ api: 'api', maxTools: 5_000, operations: '*', scopesMissing: 'none' },
  })
  const downstream = createDownstreamClient({
    api: { audience: 'https://api.example/', baseUrl: new URL(api.origin) },
    tokens: {
      token: () => Promise.resolve(new Secret('none')),
      renew: (rejected) => Promise.resolve(rejected),
    },
    send: senderOfFetch(fetch),
  })
  return {
    tools: report.tools,
    call: (name, args) =>
      api.during(async () => {
        const tool = tools.find((one) => one.name === name)
        const input = await tool?.inputSchema['~standard'].validate(args)
        if (tool === undefined || input === undefined || input.issues !== undefined) return
        const context = { caller: {} as Caller, signal: new AbortController().signal, downstream }
        await tool.handler(input.value, context)
      }),
    close: () => api.close(),
  }
}

/** Writes a server as its command does, and runs its source. */
async function generated(document: string): Promise<Running> {
  const api = await startApi()
  const folder = await mkdtemp(join(PACKAGES, 'generated-'))
  const close = async (): Promise<void> => {
    await api.close()
    await rm(folder, { recursive: true })
  }
  try {
    const command = join(
      PACKAGES,
      'node_modules/openapi-mcp-generator/bin/openapi-mcp-generator.js',
    )
    const argv = [command, '-i', document, '-o', folder, '-b', api.origin, '--force']
    await run(process.execPath, argv, TIME_LIMIT)
    return await connect(['--import', 'tsx', join(folder, 'src/index.ts')], api, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function served(document: string): Promise<Running> {
  const api = await startApi()
  const command = join(PACKAGES, 'node_modules/@ivotoby/openapi-mcp-server/bin/mcp-server.js')
  const argv = [command, '--api-base-url', api.origin, '--openapi-spec', document]
  return connect([...argv, '--transport', 'stdio'], api, () => api.close())
}

async function connect(
  args: readonly string[],
  api: RecordingApi,
  close: () => Promise<void>,
): Promise<Running> {
  const client = new Client({ name: 'documents', version: '1.0.0' })
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [...args], stderr: 'ignore' }),
    TIME_LIMIT,
  )
  const { tools } = await client.listTools(undefined, TIME_LIMIT)
  return {
    tools,
    call: (name, given) =>
      api.during(async () => {
        await client.callTool({ name, arguments: given }, { timeout: 5_000 })
      }),
    async close() {
      await client.close()
      await close()
    },
  }
}

interface RecordingApi {
  readonly origin: string
  during(act: () => Promise<void>): Promise<readonly string[]>
  close(): Promise<void>
}

async function startApi(): Promise<RecordingApi> {
  const seen: string[] = []
  const server: Server = createServer((req, res) => {
    seen.push(req.url ?? '')
    req.resume()
    res.setHeader('content-type', 'application/json').end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async during(act) {
      seen.length = 0
      // A refusal is an answer too: what counts is what reached the API.
      await act().catch(() => undefined)
      return [...seen]
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => {
          resolve()
        })
      }),
  }
}
