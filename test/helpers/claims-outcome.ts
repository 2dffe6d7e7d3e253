import { callTool, postMcp, rpcAnswer } from './mcp-requests.js'
import type { TestServer } from './start-mcp-server.js'

type Claims = Readonly<Record<string, unknown>>

/** What became of a call with one token. */
export interface Outcome {
  readonly status: number
  /** The reason in the log, of a refusal. */
  readonly reason: unknown
  readonly text: string
  readonly challenge: string
  /** The log line of a refusal. */
  readonly log: Claims
}

/** Calls a tool with a token of `typ: JWT` that differs from a good one by the given claims. */
export async function callWithClaims(
  server: TestServer,
  claims: Claims,
  message: object = callTool('whoami'),
): Promise<Outcome> {
  const token = await server.issuer.mint(server.audience, {
    header: { typ: 'JWT' },
    claims: { sub: 'user-1', ...claims },
  })
  const before = server.log.lines.length
  const response = await postMcp(server.endpoint, message, { token })
  const line = server.log.lines.slice(before).find(({ name }) => name === 'request_refused')
  return {
    status: response.status,
    reason: line?.fields['reason'],
    text: response.text,
    challenge: response.get('www-authenticate') ?? '',
    log: line?.fields ?? {},
  }
}

/** The scopes that `whoami` finds in a token with these claims. */
export async function scopesWithClaims(server: TestServer, claims: Claims): Promise<unknown> {
  const answer = rpcAnswer(await callWithClaims(server, claims)) as {
    result?: { structuredContent?: { scopes?: unknown } }
  }
  return answer.result?.structuredContent?.scopes
}
