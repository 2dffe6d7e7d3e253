/** The spans, by their names, and what they are about: for the documentation, which is made of this. */
export const SPANS = {
  '{method} {route}': {
    kind: 'SERVER',
    about:
      'A request to the MCP endpoint. There is none where an instrumentation of HTTP servers has made a span: then the others are below that one.',
  },
  'verify token': { kind: 'INTERNAL', about: 'The check of the access token.' },
  'tools/call {tool}': {
    kind: 'SERVER',
    about:
      'A tool call, from the moment its message is read. Spans of your handlers are below it. `tools/call` alone where no such tool is declared.',
  },
  'decide by policy': {
    kind: 'INTERNAL',
    about:
      'The decision of a policy about a tool call, waiting for its turn included. There is none without a policy.',
  },
  'exchange token': {
    kind: 'INTERNAL',
    about:
      'The token for an API: kept, or from an exchange. One that joined an exchange has a link to the span of that one.',
  },
  '{method} {template}': {
    kind: 'CLIENT',
    about:
      'A request to an API, until its answer is read. It takes the place of the span of an instrumentation of HTTP clients.',
  },
} as const

/** The attributes, and what they say. There are no others. */
export const SPAN_ATTRIBUTES = {
  'error.type':
    'What went wrong: a code of [failures.md](failures.md), an outcome of [audit.md](audit.md#a-record), or the HTTP status of the API. Absent where nothing did',
  'gen_ai.operation.name': '`execute_tool`',
  'gen_ai.tool.name': 'The tool, if it is declared',
  'http.request.method': 'From a closed set; `_OTHER` for any other',
  'http.response.status_code': 'Of the answer. Absent where there is none',
  'http.route': 'The path of the endpoint, as configured',
  'jsonrpc.request.id': 'The id of the message, cut to 100 characters and scrubbed',
  'mcp.method.name': 'From a closed set',
  'mcp.protocol.version':
    'Of the `MCP-Protocol-Version` header, if it is one that this server knows',
  'mcp_on_behalf_of.api': 'The name under which the API is configured',
  'mcp_on_behalf_of.decision': 'As `decision` of [audit.md](audit.md#a-record)',
  'mcp_on_behalf_of.exchange.renewal': 'Made because the API refused the token before',
  'mcp_on_behalf_of.exchange.source': '`cached`, `joined` or `new`',
  'mcp_on_behalf_of.policy.decider': '`opa`, `cedar`, or `function` for one of your own',
  'mcp_on_behalf_of.policy.decision': '`allowed`, `asked`, `denied` or `unavailable`',
  'mcp_on_behalf_of.reason':
    'Finer than the code before it: a reason of [failures.md](failures.md)',
  'mcp_on_behalf_of.request.id': 'The `X-Request-Id` of the answer, and `requestId` of the log',
  'network.protocol.name': '`http`',
  'network.transport': '`tcp`',
  'server.address': 'The host of the API, as configured',
  'server.port': 'Its port',
  'url.scheme': '`http` or `https`',
  'url.template': 'The path, with names in place of the values',
} as const

/** Which attributes a span has, by the names of `SPANS`. */
export const ATTRIBUTES_OF: Readonly<Record<SpanName, readonly SpanAttribute[]>> = {
  '{method} {route}': [
    ...(['http.request.method', 'http.route', 'url.scheme', 'http.response.status_code'] as const),
    ...(['mcp.method.name', 'mcp.protocol.version', 'mcp_on_behalf_of.request.id'] as const),
    ...(['error.type', 'mcp_on_behalf_of.reason'] as const),
  ],
  'verify token': ['error.type', 'mcp_on_behalf_of.reason'],
  'tools/call {tool}': [
    ...(['mcp.method.name', 'gen_ai.operation.name', 'gen_ai.tool.name'] as const),
    ...(['mcp.protocol.version', 'jsonrpc.request.id'] as const),
    ...(['network.transport', 'network.protocol.name', 'mcp_on_behalf_of.decision'] as const),
    ...(['error.type', 'mcp_on_behalf_of.reason'] as const),
  ],
  'decide by policy': [
    ...(['mcp_on_behalf_of.policy.decider', 'mcp_on_behalf_of.policy.decision'] as const),
    ...(['error.type', 'mcp_on_behalf_of.reason'] as const),
  ],
  'exchange token': [
    ...(['mcp_on_behalf_of.api', 'mcp_on_behalf_of.exchange.source'] as const),
    ...(['mcp_on_behalf_of.exchange.renewal', 'error.type', 'mcp_on_behalf_of.reason'] as const),
  ],
  '{method} {template}': [
    ...(['http.request.method', 'url.template', 'server.address', 'server.port'] as const),
    ...(['http.response.status_code', 'mcp_on_behalf_of.api'] as const),
    ...(['error.type', 'mcp_on_behalf_of.reason'] as const),
  ],
}

export type SpanName = keyof typeof SPANS
export type SpanAttribute = keyof typeof SPAN_ATTRIBUTES

/** Attributes of a span; those without a value are left out. */
export type SpanAttributes = Partial<
  Readonly<Record<SpanAttribute, string | number | boolean | undefined>>
>
