import { callTool, postMcp, rpcAnswer, type TestResponse } from './mcp-requests.js'
import type { TestServer } from './start-mcp-server.js'

/** A subject token that was issued a while ago, so that a refusal of it is not put down to us. */
export function mintSubject(
  server: Pick<TestServer, 'mint'>,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return server.mint({ iat: Math.floor(Date.now() / 1_000) - 300, ...claims })
}

/** What an MCP client gets for one tool call. */
export interface ToolAnswer {
  readonly status: number
  readonly headers: TestResponse['headers']
  readonly challenge: string | null
  readonly isError: boolean
  /** What the model reads. */
  readonly text: string
  /** Headers and body as they came, for what must not be in them. */
  readonly raw: string
}

export interface CallOptions {
  readonly token: string
  readonly tool?: string
  readonly args?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly message?: object
}

/** Calls a tool, `greet` unless told otherwise. */
export async function callForAnswer(
  { endpoint }: Pick<TestServer, 'endpoint'>,
  { token, tool = 'greet', args, headers = {}, message }: CallOptions,
): Promise<ToolAnswer> {
  return toolAnswer(await postMcp(endpoint, message ?? callTool(tool, args), { token, headers }))
}

export function toolAnswer(response: TestResponse): ToolAnswer {
  const { status, headers } = response
  const raw = `${JSON.stringify(headers)}\n${response.text}`
  const challenge = headers['www-authenticate'] ?? null
  const common = { status, headers, challenge, raw }
  if (status !== 200) return { ...common, isError: true, text: '' }
  const { result } = rpcAnswer(response) as {
    result?: { isError?: boolean; content?: { text?: string }[] }
  }
  const text = (result?.content ?? []).map((part) => part.text ?? '').join('\n')
  return { ...common, isError: result?.isError === true, text }
}
