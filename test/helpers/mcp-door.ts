import { composeServer } from '../../src/server/from-config.js'
import { parseConfig, type Environment } from '../../src/config/config.js'
import { serve } from '../../src/server/serve.js'
import { scanned } from './leak-scan.js'
import { RecordingLog } from './recording-log.js'

export interface McpDoor {
  readonly endpoint: URL
  readonly origin: string
  readonly audience: string
  readonly log: RecordingLog
  /** What a process does first when it is told to stop. */
  drain(): void
  close(): Promise<void>
}

export interface McpDoorOptions {
  readonly issuer: string
  readonly apiUrl?: string
  readonly environment?: Environment
}

/** The MCP server as configured for production, in front of the given issuer, on a free port. */
export async function openMcpDoor(options: McpDoorOptions): Promise<McpDoor> {
  const server = await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
  const log = new RecordingLog()
  const origin = `http://localhost:${server.port}`
  const audience = `${origin}/mcp`
  const config = parseConfig({
    PORT: `${server.port}`,
    ISSUER_BASE_URL: options.issuer,
    AUTH0_AUDIENCE: audience,
    MCP_AUTH0_CLIENT_ID: 'mcp-server',
    MCP_AUTH0_CLIENT_SECRET: 'secret-of-the-mcp-server',
    API_AUTH0_AUDIENCE: 'https://api.example/',
    API_BASE_URL: options.apiUrl ?? 'http://127.0.0.1:9',
    ...options.environment,
  })
  const composed = await composeServer(config, log)
  server.attach(scanned(composed.handler))
  return {
    endpoint: config.endpoint,
    origin,
    audience,
    log,
    drain: composed.drain,
    async close() {
      const closed = server.close()
      composed.drain()
      await closed
      await composed.close()
    },
  }
}

let nextId = 0

/** A 2025-era request: the tool is named in the body alone. */
export function rpc(method: string, params: object = {}): object {
  nextId += 1
  return { jsonrpc: '2.0', id: nextId, method, params }
}

export function callTool(name: string, args: object = {}): object {
  return rpc('tools/call', { name, arguments: args })
}

export interface PostOptions {
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** Posts one MCP message, as any HTTP client would. */
export function postMcp(
  endpoint: URL | string,
  message: unknown,
  { token, headers = {} }: PostOptions = {},
): Promise<Response> {
  return fetch(endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  })
}

/** The JSON-RPC message in an answer, whether it came as JSON or as an event stream. */
export async function rpcAnswer(
  response: Pick<Response, 'text'>,
): Promise<Record<string, unknown>> {
  const text = await response.text()
  const data = /^data: (.+)$/m.exec(text)?.[1] ?? text
  return JSON.parse(data) as Record<string, unknown>
}
