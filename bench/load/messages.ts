import { modern } from '../../test/helpers/wire.js'

/** One request of a client: what it sends, and what a right answer holds. */
export interface Message {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** Found in every right answer. */
  readonly answer: string
}

export type Revision = '2025-11-25' | '2026-07-28'

const COMMON = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}

/** A call of a tool; `answer` stands in the answer's text as JSON writes it. */
export function callOf(tool: string, answer: string, revision: Revision = '2025-11-25'): Message {
  return message('tools/call', { params: { name: tool, arguments: {} }, answer, revision })
}

/** The list of the tools, of which the last is the one to look for. */
export function listOf(last: string, revision: Revision = '2025-11-25'): Message {
  return message('tools/list', { params: {}, answer: `"name":"${last}"`, revision })
}

interface Contents {
  readonly params: Readonly<Record<string, unknown>>
  readonly answer: string
  readonly revision: Revision
}

function message(method: string, { params, answer, revision }: Contents): Message {
  const { message: body, headers } =
    revision === '2026-07-28'
      ? modern(method, params)
      : {
          message: { jsonrpc: '2.0', id: 1, method, params },
          headers: { 'MCP-Protocol-Version': revision },
        }
  return { answer, body: JSON.stringify(body), headers: { ...COMMON, ...headers } }
}
