import request, { type Response as TestResponse } from 'supertest'

export type { TestResponse }

let nextId = 0

/** A 2025-era request: the tool is named in the body alone. */
export function rpc(method: string, params: object = {}): object {
  nextId += 1
  return { jsonrpc: '2.0', id: nextId, method, params }
}

export function callTool(name: string, args: object = {}): object {
  return rpc('tools/call', { name, arguments: args })
}

/** The first message of a 2025 client. */
export function initialize(): object {
  return rpc('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1.0.0' },
  })
}

/** What a 2025 client sends with every request within a session. */
export function sessionHeaders(session: string): Record<string, string> {
  return { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': '2025-11-25' }
}

export interface PostOptions {
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** The headers of an MCP client's POST. */
export function mcpHeaders({ token, headers = {} }: PostOptions): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...headers,
  }
}

const asItIs = (body: unknown): string => body as string

/**
 * Posts one MCP message at once, as any HTTP client would; resolves when the whole answer is there. A text or bytes
 * are sent as they are.
 */
export async function postMcp(
  endpoint: URL | string,
  message: unknown,
  options: PostOptions = {},
): Promise<TestResponse> {
  const { origin, pathname, search } = new URL(endpoint)
  const given = typeof message === 'string' || Buffer.isBuffer(message)
  return request(origin)
    .post(`${pathname}${search}`)
    .set(mcpHeaders(options))
    .serialize(asItIs)
    .send(given ? message : JSON.stringify(message))
}

/** The JSON-RPC message in an answer, whether it came as JSON or as an event stream. */
export function rpcAnswer({ text }: Pick<TestResponse, 'text'>): Record<string, unknown> {
  const data = /^data: (.+)$/m.exec(text)?.[1] ?? text
  return JSON.parse(data) as Record<string, unknown>
}

/** The requests of one client, for a test to send to an MCP server. */
export interface McpRequests {
  /** Initializes a session with a token for a user; resolves with its id. */
  openSession(token: string): Promise<string>
  /** Posts a message within a session. */
  within(session: string, token: string, message: unknown): Promise<TestResponse>
  /** Opens the stream on which the server of a session sends of its own accord. */
  listen(session: string, token: string, headers?: Record<string, string>): Promise<Response>
  /** Ends a session. */
  endSession(session: string, token: string): Promise<TestResponse>
}

export function requestsTo(endpoint: URL): McpRequests {
  const within: McpRequests['within'] = (session, token, message) =>
    postMcp(endpoint, message, { token, headers: sessionHeaders(session) })
  return {
    within,
    async openSession(token) {
      const response = await postMcp(endpoint, initialize(), { token })
      const id = response.get('mcp-session-id')
      if (id === undefined) throw new Error(`no session: ${response.status}`)
      await within(id, token, { jsonrpc: '2.0', method: 'notifications/initialized' })
      return id
    },
    listen: (session, token, headers = {}) =>
      fetch(endpoint, {
        headers: {
          Accept: 'text/event-stream',
          Authorization: `Bearer ${token}`,
          ...sessionHeaders(session),
          ...headers,
        },
      }),
    endSession: async (session, token) =>
      request(endpoint.origin)
        .delete(endpoint.pathname)
        .set({ Authorization: `Bearer ${token}`, ...sessionHeaders(session) }),
  }
}

/** Reads a stream until its text holds `needle`; rejects when the stream ends before. */
export async function readUntil(response: Response, needle: string): Promise<string> {
  if (response.body === null) throw new Error('no stream')
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    if (text.includes(needle)) return text
  }
  throw new Error(`the stream ended without ${needle}: ${text}`)
}
