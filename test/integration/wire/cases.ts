import { ENVELOPE, modern, type RawRequest, type WireMessage } from '../../helpers/wire.js'

export type Lines = readonly (readonly [string, string])[]

export interface Case {
  readonly title: string
  readonly request: RawRequest
  /** What the specification wants: the status and, where there is one, the JSON-RPC error code. */
  readonly wants: readonly [status: number, code?: number]
}

const MEDIA: Lines = [
  ['Content-Type', 'application/json'],
  ['Accept', 'application/json, text/event-stream'],
]
const VERSION = 'MCP-Protocol-Version'
export const PING = { jsonrpc: '2.0', id: 1, method: 'ping' }
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 'first',
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
}

export const post = (body: unknown, lines: Lines = [], media: Lines = MEDIA): RawRequest => ({
  headers: [...media, ...lines],
  body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
})

const postModern = ({ message, headers }: WireMessage, more: Lines = []): RawRequest =>
  post(message, [...Object.entries(headers), ...more])

const versions = (...values: readonly string[]): Lines => values.map((value) => [VERSION, value])

/** Of a 2025 request, which has no envelope. */
const WITHOUT_ENVELOPE: readonly (readonly [Lines, Case['wants']])[] = [
  [versions(), [200]],
  [versions('2024-11-05'), [200]],
  [versions('2025-03-26'), [200]],
  [versions('2025-06-18'), [200]],
  [versions('2025-11-25'), [200]],
  [versions('2026-07-28'), [400, -32602]],
  [versions('1999-01-01'), [400, -32000]],
  [versions('2025-11-25 '), [200]],
  [versions('2025-11-25; a=b'), [400, -32000]],
  [versions(''), [400, -32000]],
  [versions('2025-11-25', '2025-11-25'), [400, -32000]],
  [versions('2025-06-18', '2025-11-25'), [400, -32000]],
]

/** Of a request whose envelope says 2026-07-28. */
const WITH_ENVELOPE: readonly (readonly [Lines, Case['wants']])[] = [
  [versions(), [400, -32020]],
  [versions('2025-03-26'), [400, -32020]],
  [versions('2025-11-25'), [400, -32020]],
  [versions('2026-07-28'), [200]],
  [versions('\t2026-07-28 '), [200]],
  [versions('1999-01-01'), [400, -32020]],
  [versions('garbage'), [400, -32020]],
  [versions('2026-07-28', '2026-07-28'), [400, -32020]],
  [versions('2025-11-25', '2026-07-28'), [400, -32020]],
]

const shown = (lines: Lines): string => JSON.stringify(lines.map(([, value]) => value))

export const versionCases: readonly Case[] = [
  ...['tools/list', 'tools/call', 'no/such'].flatMap((method) =>
    WITHOUT_ENVELOPE.map(([lines, wants]) => ({
      title: `${method} without envelope, versions ${shown(lines)}`,
      request: post({ jsonrpc: '2.0', id: 7, method, params: paramsOf(method) }, lines),
      wants: wants[0] === 200 && method === 'no/such' ? ([200, -32601] as const) : wants,
    })),
  ),
  ...['tools/list', 'tools/call', 'server/discover', 'no/such'].flatMap((method) =>
    WITH_ENVELOPE.map(([lines, wants]) => {
      const { message, headers } = modern(method, paramsOf(method), 'seven')
      const others = Object.entries(headers).filter(([name]) => name !== VERSION)
      return {
        title: `${method} with envelope, versions ${shown(lines)}`,
        request: post(message, [...lines, ...others]),
        wants: wants[0] === 200 && method === 'no/such' ? ([404, -32601] as const) : wants,
      }
    }),
  ),
  ...WITHOUT_ENVELOPE.map(([lines]) => ({
    title: `initialize, versions ${shown(lines)}`,
    request: post(INITIALIZE, lines),
    wants: shown(lines) === '["2026-07-28"]' ? ([400, -32020] as const) : ([200] as const),
  })),
  ...['1999-01-01', '2025-11-25', '2099-01-01'].map((version) => {
    const meta = { ...ENVELOPE, 'io.modelcontextprotocol/protocolVersion': version }
    return {
      title: `an envelope and a header of ${version}`,
      request: postModern(modern('tools/list', { _meta: meta }), []),
      wants: [400, -32020] as const,
    }
  }),
  ...['1999-01-01', '2025-11-25', '2099-01-01'].map((version) => {
    const meta = { ...ENVELOPE, 'io.modelcontextprotocol/protocolVersion': version }
    const { message } = modern('tools/list', { _meta: meta })
    return {
      title: `an envelope of ${version}, and the header that fits`,
      request: post(message, [...versions(version), ['Mcp-Method', 'tools/list']]),
      wants: [400, -32022] as const,
    }
  }),
]

function paramsOf(method: string): Readonly<Record<string, unknown>> {
  return method === 'tools/call' ? { name: 'whoami', arguments: {} } : {}
}

export const messageCases: readonly Case[] = [
  ...(
    [
      ['a message without jsonrpc', { id: 1, method: 'ping' }, [400, -32600]],
      ['a jsonrpc of 1.0', { ...PING, jsonrpc: '1.0' }, [400, -32600]],
      ['an id of null', { ...PING, id: null }, [400, -32600]],
      ['an id that is an object', { ...PING, id: { a: 1 } }, [400, -32600]],
      ['an id that is a fraction', { ...PING, id: 1.5 }, [400, -32600]],
      ['a long id', { ...PING, id: 'x'.repeat(256) }, [200]],
      ['an id of zero', { ...PING, id: 0 }, [200]],
      ['an empty id', { ...PING, id: '' }, [200]],
      ['params that are an array', { ...PING, params: [1] }, [400, -32600]],
      ['params that are null', { ...PING, params: null }, [400, -32600]],
      ['a method that is a number', { ...PING, method: 7 }, [400, -32600]],
      ['an empty method', { ...PING, method: '' }, [200, -32601]],
      ['an unknown tool', call('no-such-tool'), [200, -32602]],
      ['a call without a name', { ...PING, method: 'tools/call', params: {} }, [200, -32602]],
      ['an empty object', {}, [400, -32600]],
      ['null', 'null', [400, -32600]],
      ['a number', '7', [400, -32600]],
      ['a string', '"ping"', [400, -32600]],
      ['an empty batch', [], [400, -32600]],
      ['a batch in a batch', [[PING]], [400, -32600]],
      ['a batch with something else in it', [PING, 7], [400, -32600]],
      ['a batch of two', [PING, { ...PING, id: 2 }], [200]],
      ['a batch of notifications', [{ jsonrpc: '2.0', method: 'notifications/x' }], [202]],
      ['a batch with an envelope in it', [modern('tools/list').message], [400, -32600]],
      ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }, [202]],
      ['an unknown notification', { jsonrpc: '2.0', method: 'no/such' }, [202]],
      ['a response', { jsonrpc: '2.0', id: 1, result: {} }, [202]],
      ['an error response', { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'x' } }, [202]],
    ] as const
  ).map(([title, body, wants]) => ({ title, request: post(body), wants })),
  {
    title: 'a notification of 2026-07-28',
    request: postModern(modern('notifications/no-such', {}, null)),
    wants: [202],
  },
  {
    title: 'a response with the version of 2026-07-28, which has none',
    request: post({ jsonrpc: '2.0', id: 1, result: {} }, versions('2026-07-28')),
    wants: [400, -32000],
  },
  {
    title: 'an unknown tool of 2026-07-28',
    request: postModern(modern('tools/call', { name: 'no-such-tool', arguments: {} })),
    wants: [200, -32602],
  },
]

function call(name: string): object {
  return { ...PING, method: 'tools/call', params: { name, arguments: {} } }
}

export const JSON_TEXT = JSON.stringify(PING)
const accept = (value: string): Lines => [
  ['Content-Type', 'application/json'],
  ['Accept', value],
]
export const type = (value: string): Lines => [
  ['Content-Type', value],
  ['Accept', 'application/json, text/event-stream'],
]

/** Refused by our own parser, before the SDK: what it does not read, nobody behind it may read either. */
const foreignTypeRows: readonly (readonly [string, RawRequest, Case['wants']])[] = [
  ['a Content-Type of text', post(PING, [], type('text/plain')), [415, -32000]],
  ['an empty Content-Type', post(PING, [], type('')), [415, -32000]],
  [
    'a Content-Type that only contains JSON',
    post(PING, [], type('text/application/json')),
    [415, -32000],
  ],
  ['a structured suffix', post(PING, [], type('application/vnd.api+json')), [415, -32000]],
]

const transportRows: readonly (readonly [string, RawRequest, Case['wants']])[] = [
  ['a Content-Type in upper case', post(PING, [], type('APPLICATION/JSON; Charset=UTF-8')), [200]],
  ['a charset in quotes', post(PING, [], type('application/json; charset="utf-8"')), [200]],
  [
    'an Accept with qualities',
    post(PING, [], accept('text/event-stream;q=0.5, application/json')),
    [200],
  ],
  ['white space around', post(`\r\n\t ${JSON_TEXT} \n`), [200]],
  ['GET', { method: 'GET', headers: [['Accept', 'text/event-stream']] }, [405, -32000]],
  ['DELETE', { method: 'DELETE', headers: [] }, [405, -32000]],
  ['HEAD', { method: 'HEAD', headers: [] }, [405]],
  ['PUT', { ...post(PING), method: 'PUT' }, [405, -32000]],
  ['PATCH', { ...post(PING), method: 'PATCH' }, [405, -32000]],
  ['GET of 2026-07-28', { method: 'GET', headers: versions('2026-07-28') }, [405, -32000]],
  ['a session id, where there are none', post(PING, [['Mcp-Session-Id', 'made-up']]), [200]],
  ['a Last-Event-ID', post(PING, [['Last-Event-ID', '1']]), [200]],
]
const casesOf = (rows: typeof transportRows): readonly Case[] =>
  rows.map(([title, request, wants]) => ({ title, request, wants }))

export const transportCases = casesOf(transportRows)
export const foreignTypeCases = casesOf(foreignTypeRows)
