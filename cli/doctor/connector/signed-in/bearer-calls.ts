import type { Secret } from '../../../../src/secret.js'
import { printable } from '../../../printable.js'
import { notCheckable, ok, warning, wrong, type Finding } from '../../finding.js'
import { bearerRequest, initializeMessage, PROTOCOL_VERSION } from '../walk/requests.js'
import { rpcAnswer, type RpcAnswer } from '../walk/rpc-answer.js'
import type { Visitor } from '../walk/visitor.js'

export interface BearerCalls {
  readonly endpoint: URL
  readonly visitor: Visitor
  readonly token: Secret
  /** A tool to call without arguments. */
  readonly tool: string | undefined
}

type Reply =
  | { readonly message: RpcAnswer; readonly sessionId: string | undefined }
  | { readonly failed: string }

/** Calls the server as the user: opens a session, lists the tools, calls one where that was asked for, ends the session. */
export async function callWithToken(calls: BearerCalls): Promise<readonly Finding[]> {
  const opened = await send(calls, initializeMessage())
  if ('failed' in opened) return [refused('mcp.initialize', opened.failed)]
  const { sessionId } = opened
  const version = printable(opened.message.result?.['protocolVersion'])
  const findings = [
    ok('mcp.initialize', `The server answers initialize with the token (${version}).`),
  ]
  await notifyInitialized(calls, sessionId)
  const session = { ...calls, sessionId }
  findings.push(await listTools(session))
  if (calls.tool !== undefined) findings.push(await callTool(session, calls.tool))
  if (sessionId !== undefined) await endSession(calls, sessionId)
  return findings
}

type Session = BearerCalls & { readonly sessionId: string | undefined }

async function listTools(session: Session): Promise<Finding> {
  const reply = await send(session, { method: 'tools/list', params: {} })
  if ('failed' in reply) return refused('mcp.tools', reply.failed)
  const { tools } = reply.message.result ?? {}
  if (!Array.isArray(tools)) {
    return refused(
      'mcp.tools',
      reply.message.errorCode === undefined
        ? 'without a list of tools'
        : `with the JSON-RPC error ${reply.message.errorCode}`,
    )
  }
  const names = (tools as unknown[]).map((tool) =>
    printable((tool as { readonly name?: unknown } | null)?.name),
  )
  return names.length === 0
    ? warning(
        'mcp.tools',
        'The server lists no tool for this user.',
        'Give the user permissions for the tools, and have the client ask for their scopes.',
      )
    : ok('mcp.tools', `The server lists ${printable(names.join(', '))}.`)
}

async function callTool(session: Session, name: string): Promise<Finding> {
  const reply = await send(session, { method: 'tools/call', params: { name, arguments: {} } })
  if ('failed' in reply) return refused('mcp.call', reply.failed)
  const { result, errorCode } = reply.message
  const tool = printable(name)
  if (result === undefined) {
    return wrong(
      'mcp.call',
      `The server answers the call of ${tool} with the JSON-RPC error ${String(errorCode)}.`,
      LOG,
    )
  }
  return result['isError'] === true
    ? notCheckable(
        'mcp.call',
        `The tool ${tool} was called, and reports an error of its own.`,
        'It was called without arguments.',
      )
    : ok('mcp.call', `The tool ${tool} answers.`)
}

async function notifyInitialized(calls: BearerCalls, sessionId: string | undefined): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
  await calls.visitor.visit(bearerRequest(calls.endpoint, { token: calls.token, sessionId, body }))
}

async function endSession(
  { endpoint, visitor, token }: BearerCalls,
  sessionId: string,
): Promise<void> {
  const request = bearerRequest(endpoint, { token, sessionId, body: undefined })
  await visitor.visit({ ...request, method: 'DELETE' })
}

async function send(
  { endpoint, visitor, token, ...calls }: BearerCalls & { readonly sessionId?: string | undefined },
  message: { readonly method: string; readonly params: object },
): Promise<Reply> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...message })
  const { sessionId } = calls
  const outcome = await visitor.visit(bearerRequest(endpoint, { token, sessionId, body }))
  if (outcome.kind === 'failed') return { failed: `not at all: ${outcome.fault.message}` }
  if (outcome.kind === 'refused') return { failed: 'not at all: it was not asked' }
  const rpc = outcome.status < 300 ? rpcAnswer(outcome) : undefined
  if (rpc === undefined) return { failed: `with ${outcome.status}` }
  return {
    message: rpc,
    sessionId: sessionId ?? outcome.headers.get('mcp-session-id') ?? undefined,
  }
}

const LOG = 'Look into the log of the MCP server at this time.'

function refused(check: 'mcp.initialize' | 'mcp.tools' | 'mcp.call', answer: string): Finding {
  const method = {
    'mcp.initialize': 'initialize',
    'mcp.tools': 'tools/list',
    'mcp.call': 'tools/call',
  }
  return wrong(
    check,
    `The server answers ${method[check]} with the user's token ${answer} (revision ${PROTOCOL_VERSION}).`,
    `${LOG} If it refuses the token: compare the audience and the scopes of the token with what the server expects.`,
  )
}
