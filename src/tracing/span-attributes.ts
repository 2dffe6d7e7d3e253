import {
  wentWell,
  type ApiCall,
  type CallEnded,
  type CallOutcome,
  type ExchangeEnded,
  type ObservedCall,
  type ObservedRequest,
  type PolicyDecided,
  type RequestEnded,
  type TokenVerified,
} from '../observability/observer.js'
import { HTTP_METHODS, MCP_METHODS } from '../observability/known-methods.js'
import { scrub } from '../logging/scrub.js'
import type { SpanAttributes } from './span-table.js'

/** What a span is called and says when it begins. */
export interface SpanStart {
  readonly name: string
  readonly attributes: SpanAttributes
}

/** What it says in addition when it ends. */
export interface SpanEnd {
  readonly attributes: SpanAttributes
  readonly isError: boolean
}

export function requestStart(
  request: ObservedRequest,
  endpoint: URL,
  protocolVersion: string | undefined,
): SpanStart {
  const isKnown = HTTP_METHODS.has(request.method)
  const route = endpoint.pathname
  return {
    name: `${isKnown ? request.method : 'HTTP'} ${route}`,
    attributes: {
      'http.request.method': isKnown ? request.method : '_OTHER',
      'http.route': route,
      'url.scheme': endpoint.protocol.slice(0, -1),
      'mcp.protocol.version': protocolVersion,
      'mcp_on_behalf_of.request.id': request.requestId,
    },
  }
}

/** A client's mistake is no error of the server (semantic conventions for HTTP). */
export function requestEnd({ request, outcome, reason, status }: RequestEnded): SpanEnd {
  const { mcpMethod } = request
  return {
    attributes: {
      'http.response.status_code': status,
      'mcp.method.name':
        mcpMethod !== undefined && MCP_METHODS.has(mcpMethod) ? mcpMethod : undefined,
      ...failureOf(outcome, reason),
    },
    isError: status >= 500,
  }
}

export function verificationEnd({ outcome, reason }: TokenVerified): SpanEnd {
  return ended(outcome, reason)
}

export function callStart(
  { tool, declared, messageId }: ObservedCall,
  protocolVersion: string | undefined,
): SpanStart {
  return {
    name: declared ? `tools/call ${tool}` : 'tools/call',
    attributes: {
      'mcp.method.name': 'tools/call',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': declared ? tool : undefined,
      'jsonrpc.request.id': messageId === undefined ? undefined : scrub(String(messageId), 100),
      'mcp.protocol.version': protocolVersion,
      'network.transport': 'tcp',
      'network.protocol.name': 'http',
    },
  }
}

export function callEnd({ call, outcome, reason }: CallEnded): SpanEnd {
  return ended(outcome, reason, { 'mcp_on_behalf_of.decision': call.decision })
}

export function decisionStart({ decider }: Pick<PolicyDecided, 'decider'>): SpanStart {
  return { name: 'decide by policy', attributes: { 'mcp_on_behalf_of.policy.decider': decider } }
}

/** A denial is what a policy is for, and no error. */
export function decisionEnd({ outcome, reason }: PolicyDecided): SpanEnd {
  const attributes = { 'mcp_on_behalf_of.policy.decision': outcome }
  return outcome === 'unavailable'
    ? ended('policy_unavailable', reason, attributes)
    : { attributes, isError: false }
}

export function exchangeStart({ api }: Pick<ExchangeEnded, 'api'>): SpanStart {
  return { name: 'exchange token', attributes: { 'mcp_on_behalf_of.api': api } }
}

export function exchangeEnd({ outcome, reason, source, renewal }: ExchangeEnded): SpanEnd {
  return ended(outcome, reason, {
    'mcp_on_behalf_of.exchange.source': source,
    'mcp_on_behalf_of.exchange.renewal': renewal,
  })
}

export function apiCallStart({ api, method, path }: ApiCall, baseUrl: URL | undefined): SpanStart {
  return {
    name: `${method} ${path}`,
    attributes: {
      'http.request.method': method,
      'url.template': path,
      'server.address': baseUrl?.hostname,
      'server.port': baseUrl && portOf(baseUrl),
      'mcp_on_behalf_of.api': api,
    },
  }
}

export function apiCallEnd({ status, failure, reason }: ApiCall): SpanEnd {
  const refused = status !== undefined && status >= 400 ? String(status) : undefined
  const error = failure ?? refused
  return {
    attributes: {
      'http.response.status_code': status,
      'error.type': error,
      'mcp_on_behalf_of.reason': reason,
    },
    isError: error !== undefined,
  }
}

function ended(
  outcome: CallOutcome,
  reason: CallEnded['reason'],
  attributes: SpanAttributes = {},
): SpanEnd {
  const failure = failureOf(outcome, reason)
  return { attributes: { ...attributes, ...failure }, isError: 'error.type' in failure }
}

function failureOf(outcome: CallOutcome, reason: CallEnded['reason']): SpanAttributes {
  if (wentWell(outcome)) return {}
  return { 'error.type': outcome, 'mcp_on_behalf_of.reason': reason }
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}
