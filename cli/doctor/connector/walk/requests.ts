import { VERSION } from '../../../../src/version.js'
import type { VisitRequest } from './visit.js'

/** What clients write into `Accept` when they POST a message. */
export const ACCEPT_FORMS = {
  both: 'application/json, text/event-stream',
  json: 'application/json',
  event_stream: 'text/event-stream',
  any: '*/*',
} as const

export type AcceptForm = keyof typeof ACCEPT_FORMS

/** The revision that most clients begin with, and an older one that every server of this transport knows. */
export const PROTOCOL_VERSION = '2025-11-25'
export const OLDER_PROTOCOL_VERSION = '2025-03-26'

export interface InitializeVariant {
  readonly accept: AcceptForm
  /** The origin of a web page that sends it. */
  readonly origin?: string | undefined
  readonly protocolVersion?: string | undefined
  readonly sessionId?: string | undefined
}

/** The first message of a client, without a token. */
export function initializeRequest(endpoint: URL, variant: InitializeVariant): VisitRequest {
  const { accept, origin, protocolVersion = PROTOCOL_VERSION, sessionId } = variant
  const clientInfo = { name: 'mcp-on-behalf-of-doctor', version: VERSION }
  return {
    method: 'POST',
    url: endpoint,
    headers: {
      ...{ 'content-type': 'application/json', accept: ACCEPT_FORMS[accept] },
      ...(origin === undefined ? {} : { origin }),
      ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
    },
    body: message('initialize', { protocolVersion, capabilities: {}, clientInfo }),
  }
}

/** Asks for the tools in the session that `initialize` opened. */
export function listToolsRequest(
  endpoint: URL,
  { sessionId, token }: { readonly sessionId?: string | undefined; readonly token?: string },
): VisitRequest {
  return {
    method: 'POST',
    url: endpoint,
    headers: {
      ...{ 'content-type': 'application/json', accept: ACCEPT_FORMS.both },
      'mcp-protocol-version': PROTOCOL_VERSION,
      ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: message('tools/list', {}),
  }
}

/** A document of metadata, as a program asks for it or a page of `origin`. */
export function documentRequest(url: URL, origin?: string): VisitRequest {
  return {
    method: 'GET',
    url,
    headers: { accept: 'application/json', ...(origin === undefined ? {} : { origin }) },
  }
}

/** What a browser asks before a page may send a request with these headers. */
export function preflightRequest(url: URL, origin: string, headers: string): VisitRequest {
  return {
    method: 'OPTIONS',
    url,
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': headers,
    },
  }
}

function message(method: string, params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
}
