import type { IncomingMessage } from 'node:http'
import {
  classifyInboundRequest,
  isJsonContentType,
  SUPPORTED_PROTOCOL_VERSIONS,
  type InboundModernRoute,
  type JSONRPCRequest,
  type MessageClassification,
} from '@modelcontextprotocol/server'
import { withoutUndefined } from '../options/without-undefined.js'

/** A request that the direct mount may serve. */
export interface DirectMessage {
  readonly message: JSONRPCRequest
  /** What the SDK has to know of a message of 2026-07-28; `undefined` for one of the 2025 revisions. */
  readonly classification: MessageClassification | undefined
}

/** The revision that the direct mount serves beside those of 2025. */
export const MODERN_REVISION = '2026-07-28'

/** They open something that outlives their answer, or speak of the server rather than to it. */
const NEVER_DIRECT: ReadonlySet<string> = new Set([
  'initialize',
  'server/discover',
  'subscriptions/listen',
])
/** Where the body of a message has what its `Mcp-Name` header repeats (MCP 2026-07-28, Standard Request Headers). */
const NAMED_BY: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
}

/**
 * Whether the direct mount may serve a request: a POST of one JSON-RPC request, outside a session, whose headers say
 * what its body says.
 *
 * `undefined` for any other, which is the SDK's to answer. Nothing is refused here, so that both mounts refuse alike.
 */
export function directMessage(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  body: unknown,
): DirectMessage | undefined {
  if (method !== 'POST' || headers['mcp-session-id'] !== undefined) return undefined
  if (!isJsonContentType(headers['content-type'] ?? null)) return undefined
  const { 'mcp-protocol-version': version, 'mcp-method': mcpMethodHeader } = headers
  if (Array.isArray(version) || Array.isArray(mcpMethodHeader)) return undefined
  if (isPlain(body) && (version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(version))) {
    return directly(body)
  }
  const standard = withoutUndefined({ protocolVersionHeader: version, mcpMethodHeader })
  const route = classifyInboundRequest({ httpMethod: method, body, ...standard })
  if (route.kind === 'legacy' && route.reason === 'no-claim') {
    const served = version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(version)
    return served ? directly(body as JSONRPCRequest) : undefined
  }
  if (route.kind !== 'modern' || route.messageKind !== 'request') return undefined
  const agrees =
    version === MODERN_REVISION && mcpMethodHeader !== undefined && namesTheSame(route, headers)
  return agrees ? directly(route.message, route.classification) : undefined
}

const MEMBERS: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'method', 'params'])

/**
 * A request of the 2025 revisions as nearly all are: without `_meta`, so that nothing in it can claim another revision. The
 * SDK's classification says the same of it, at the cost of four schemas.
 */
function isPlain(body: unknown): body is JSONRPCRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false
  const { jsonrpc, id, method, params } = body as Record<string, unknown>
  if (jsonrpc !== '2.0' || typeof method !== 'string') return false
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return false
  if (!Object.keys(body).every((member) => MEMBERS.has(member))) return false
  if (params === undefined) return true
  return (
    typeof params === 'object' && params !== null && !Array.isArray(params) && !('_meta' in params)
  )
}

function directly(
  message: JSONRPCRequest,
  classification?: MessageClassification,
): DirectMessage | undefined {
  return NEVER_DIRECT.has(message.method) ? undefined : { message, classification }
}

/** A header that is written in another way than the body, such as encoded, is left to the SDK as well. */
function namesTheSame(
  { message }: InboundModernRoute,
  headers: IncomingMessage['headers'],
): boolean {
  const { method, params } = message
  const member = Object.hasOwn(NAMED_BY, method) ? NAMED_BY[method] : undefined
  const named = member === undefined ? undefined : (params as Record<string, unknown>)[member]
  return named === undefined ? !('mcp-name' in headers) : headers['mcp-name'] === named
}
