import { openMcpDoor, postMcp, rpc, rpcAnswer, type McpDoor } from './mcp-door.js'
import { TestIssuer } from './test-issuer.js'

export interface SessionDoor {
  readonly issuer: TestIssuer
  readonly door: McpDoor
  /** Initializes a session with a token for a user; resolves with its id. */
  openSession(token: string): Promise<string>
  /** Calls a method within a session. */
  within(session: string, token: string, message: object): Promise<Response>
  /** Opens the stream on which a session's server speaks of its own accord. */
  listen(session: string, token: string, headers?: Record<string, string>): Promise<Response>
  close(): Promise<void>
}

/** The MCP server with sessions, and an issuer whose tokens a test chooses. */
export async function openSessionDoor(
  environment: Record<string, string> = {},
): Promise<SessionDoor> {
  const issuer = await TestIssuer.start()
  const door = await openMcpDoor({
    issuer: issuer.issuer,
    environment: { MCP_SESSIONS: 'on', ...environment },
  })
  const within: SessionDoor['within'] = (session, token, message) =>
    postMcp(door.endpoint, message, { token, headers: sessionHeaders(session) })
  return {
    issuer,
    door,
    within,
    async openSession(token) {
      const response = await postMcp(door.endpoint, initialize(), { token })
      await rpcAnswer(response)
      const id = response.headers.get('mcp-session-id')
      if (id === null) throw new Error(`no session: ${response.status}`)
      const ready = { jsonrpc: '2.0', method: 'notifications/initialized' }
      await within(id, token, ready)
      return id
    },
    listen: (session, token, headers = {}) =>
      fetch(door.endpoint, {
        headers: {
          Accept: 'text/event-stream',
          Authorization: `Bearer ${token}`,
          ...sessionHeaders(session),
          ...headers,
        },
      }),
    async close() {
      await Promise.all([door.close(), issuer.close()])
    },
  }
}

export function initialize(): object {
  return rpc('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1.0.0' },
  })
}

export function sessionHeaders(session: string): Record<string, string> {
  return { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': '2025-11-25' }
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
