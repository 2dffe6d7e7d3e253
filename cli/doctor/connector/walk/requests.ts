import { VERSION } from '../../../../src/version.js'
import type { Secret } from '../../../../src/secret.js'
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
  const { method, params } = initializeMessage(protocolVersion)
  return {
    method: 'POST',
    url: endpoint,
    headers: {
      ...{ 'content-type': 'application/json', accept: ACCEPT_FORMS[accept] },
      ...(origin === undefined ? {} : { origin }),
      ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
    },
    body: message(method, params),
  }
}

/** How a client introduces itself. */
export function initializeMessage(protocolVersion = PROTOCOL_VERSION): {
  readonly method: string
  readonly params: object
} {
  const clientInfo = { name: 'mcp-on-behalf-of-doctor', version: VERSION }
  return { method: 'initialize', params: { protocolVersion, capabilities: {}, clientInfo } }
}

/** A message with the access token of a user. */
export function bearerRequest(
  endpoint: URL,
  parts: {
    readonly token: Secret
    readonly sessionId: string | undefined
    readonly body: string | undefined
  },
): VisitRequest {
  const { token, sessionId, body } = parts
  return {
    method: 'POST',
    url: endpoint,
    headers: {
      ...{ 'content-type': 'application/json', accept: ACCEPT_FORMS.both },
      authorization: `Bearer ${token.reveal()}`,
      'mcp-protocol-version': PROTOCOL_VERSION,
      ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
    },
    body,
  }
}

/** Asks for the tools in the session that `initialize` opened. */
export function listToolsRequest(
  endpoint: URL,
  { sessionId }: { readonly sessionId: string | undefined },
): VisitRequest {
  return {
    method: 'POST',
    url: endpoint,
    headers: {
      ...{ 'content-type': 'application/json', accept: ACCEPT_FORMS.both },
      'mcp-protocol-version': PROTOCOL_VERSION,
      ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
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
