import type { Pool } from 'undici'
import { modern } from '../../helpers/wire.js'

/** What a client saw of one tool call. */
export interface SeenCall {
  readonly subject: string
  /** `gone`: no answer came from our server, or not the whole of it. */
  readonly verdict: 'ok' | 'tool_error' | 'http_error' | 'gone'
  readonly status: number | undefined
  /** The `X-Request-Id` of the answer. */
  readonly requestId: string | undefined
  /** What is wrong with an answer that should be right: it is about another user, or about none. */
  readonly wrong: string | undefined
  /** When it began and ended, on the clock of `performance`. */
  readonly beganMs: number
  readonly endedMs: number
}

export interface ToolCall {
  readonly tool: 'greet' | 'whoami'
  readonly subject: string
  readonly token: string
  /** Laid over the usual ones. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What every subject begins with, so that any subject is found in an answer. */
export const SUBJECT_PREFIX = 'user|'
const SUBJECT = /user\|[\w-]+/g

/** The head and body of a call, as clients of MCP 2026-07-28 send it: the audit knows the tool even of a refused one. */
export function callParts({ tool, token, headers: more }: Omit<ToolCall, 'subject'>) {
  const { message, headers } = modern('tools/call', { name: tool, arguments: {} })
  return {
    body: JSON.stringify(message),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
      ...headers,
      ...more,
    },
  }
}

/** Calls a tool; never rejects. */
export async function callTool(pool: Pool, call: ToolCall): Promise<SeenCall> {
  const beganMs = performance.now()
  let status: number | undefined
  let requestId: string | undefined
  const seen = (verdict: SeenCall['verdict'], wrong?: string): SeenCall => ({
    ...{ subject: call.subject, verdict, status, requestId, wrong },
    ...{ beganMs, endedMs: performance.now() },
  })
  try {
    const answered = await pool.request({ path: '/mcp', method: 'POST', ...callParts(call) })
    status = answered.statusCode
    requestId = answered.headers['x-request-id'] as string | undefined
    const text = await answered.body.text()
    if (requestId === undefined) return seen('gone')
    if (status !== 200) return seen('http_error', foreignIn(text, call))
    const { isError, wrong } = readResult(text, call)
    return seen(isError ? 'tool_error' : 'ok', wrong)
  } catch {
    return seen('gone')
  }
}

function readResult(text: string, call: ToolCall): { isError: boolean; wrong: string | undefined } {
  const data = /^data: (.+)$/m.exec(text)?.[1] ?? text
  const message = JSON.parse(data) as { result?: { isError?: boolean } }
  if (message.result === undefined) return { isError: false, wrong: `no result: ${excerpt(text)}` }
  const isError = message.result.isError === true
  const names: readonly string[] = text.match(SUBJECT) ?? []
  const missing = isError || names.includes(call.subject) ? undefined : 'it names no user'
  return { isError, wrong: foreignIn(text, call) ?? missing }
}

function foreignIn(text: string, { subject }: ToolCall): string | undefined {
  const other = (text.match(SUBJECT) ?? []).find((name) => name !== subject)
  return other === undefined ? undefined : `${subject} was told of ${other}: ${excerpt(text)}`
}

function excerpt(text: string): string {
  return text.slice(0, 200)
}
