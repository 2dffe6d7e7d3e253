import { gzipSync } from 'node:zlib'

/** One request of an authenticated user that may keep the event loop busy. */
export interface WorstBody {
  readonly name: string
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
  /** Laid over the claims of the token. */
  readonly claims?: Readonly<Record<string, unknown>>
}

const MAX_BYTES = 262_144
let lastId = 0

const rpc = (method: string, params: object = {}): object => {
  lastId += 1
  return { jsonrpc: '2.0', id: lastId, method, params }
}
const call = (args: object, params: object = {}, name = 'greet'): object =>
  rpc('tools/call', { name, arguments: args, ...params })
const initialize = (capabilities: object, params: object = {}): object =>
  rpc('initialize', {
    protocolVersion: '2025-11-25',
    capabilities,
    clientInfo: { name: 'bench', version: '1' },
    ...params,
  })
const members = (count: number, value: unknown = {}): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value]))
const list = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))
const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = { a: value }
  return value
}
/** Members written out, for what JSON.stringify would not write. */
const written = (where: '_meta' | 'arguments', text: string): string =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","${where}":${text}}}`
const filled = (text: string): string =>
  text.repeat(Math.floor((MAX_BYTES - 500) / Buffer.byteLength(text)))

const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
}
const MODERN_HEADERS = {
  'MCP-Protocol-Version': '2026-07-28',
  'Mcp-Method': 'tools/call',
  'Mcp-Name': 'whoami',
}

const objects: readonly (readonly [string, unknown])[] = [
  ['one whoami, for comparison', call({}, {}, 'whoami')],
  ['1,000 members in capabilities.experimental', initialize({ experimental: members(1_000) })],
  [
    '1,000 members in capabilities.experimental, of a wrong type',
    initialize({ experimental: members(1_000, 1) }),
  ],
  [
    '500 members in four capabilities',
    initialize({
      experimental: members(490),
      extensions: members(490),
      sampling: members(490),
      elicitation: members(490),
    }),
  ],
  ['1,000 members in _meta', call({}, { _meta: members(1_000) }, 'whoami')],
  ['990 members in params of an unknown method', rpc('unknown/method', members(990))],
  ['1,000 members in arguments', call(members(1_000))],
  ['9,900 values in a list in arguments', call({ name: 'x', ids: list(9_900, (index) => index) })],
  ['9,900 members of an object in arguments', call({ name: 'x', map: members(9_900, 1) })],
  ['1,000 members in an answer of the client', { jsonrpc: '2.0', id: 1, result: members(1_000) }],
  ['1,000 members in a message', { jsonrpc: '2.0', id: 1, method: 'ping', ...members(995) }],
  [
    '480 icons of a client',
    initialize(
      {},
      {
        clientInfo: {
          name: 'x',
          version: '1',
          icons: list(480, () => ({ src: 'data:x', mimeType: 'image/png' })),
        },
      },
    ),
  ],
  ['64 levels in arguments and _meta', call({ x: nested(58) }, { _meta: { x: nested(58) } })],
  ['a batch of 50 whoami', list(50, () => call({}, {}, 'whoami'))],
  [
    'a batch of 45 whoami and 5 tools/list',
    list(50, (index) => (index < 45 ? call({}, {}, 'whoami') : rpc('tools/list'))),
  ],
  [
    'a batch of 50 with 30 members in _meta each',
    list(50, () => call({}, { _meta: members(30) }, 'whoami')),
  ],
  [
    'a batch of 50 with 190 values in arguments each',
    list(50, () => call({ x: list(185, () => 1) })),
  ],
  [
    'a batch of 50 notifications',
    list(50, () => ({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 1, progress: 1, _meta: members(25) },
    })),
  ],
  ['a batch of 50 that are no messages', list(50, () => members(35))],
  ['over the bound: 80,000 values', call({ x: list(80_000, () => 1) })],
  ['over the bound: 20,000 members', call({}, { _meta: members(18_000, 1) })],
]

const texts: readonly (readonly [string, string])[] = [
  ['a name of 256 KiB', JSON.stringify(call({ name: filled('x') }))],
  ['a tool of a 256 KiB name', JSON.stringify(call({}, {}, filled('x')))],
  ['a method of 256 KiB', JSON.stringify(rpc(filled('x')))],
  ['a key of 256 KiB', written('_meta', `{"${filled('k')}":1}`)],
  ['emoji', JSON.stringify(call({ name: filled('\u{1F600}') }))],
  ['escaped characters', written('arguments', `{"name":"${filled('\\u0041')}"}`)],
  [
    'long numbers',
    written('arguments', `{"x":[${list(9_000, () => '1.2345678901234567e-300').join(',')}]}`),
  ],
  [
    'huge array indexes as keys',
    written(
      'arguments',
      `{"x":{${list(9_000, (index) => `"${4_294_967_290 - index * 7_919}":1`).join(',')}}}`,
    ),
  ],
  ['one key 40,000 times', written('_meta', `{${list(40_000, () => '"a":1').join(',')}}`)],
  [
    '__proto__ 15,000 times',
    written('_meta', `{${list(15_000, () => '"__proto__":1').join(',')}}`),
  ],
  ['brackets that close', `${'['.repeat(130_000)}${']'.repeat(130_000)}`],
  ['brackets that do not', '['.repeat(MAX_BYTES)],
  ['objects that do not close', filled('{"a":')],
]

/** The worst that one request within the limits was found to be able to hold. */
export function worstBodies(): readonly WorstBody[] {
  const plain = [
    ...objects.map(([name, body]) => ({ name, body: JSON.stringify(body) })),
    ...texts.map(([name, body]) => ({ name, body })),
  ]
  const whoami = JSON.stringify(call({}, {}, 'whoami'))
  const gzip = { 'Content-Encoding': 'gzip' }
  const zipped = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(gzipSync(text))
  const capabilities = { experimental: members(990) }
  const meta = { ...MODERN_META, 'io.modelcontextprotocol/clientCapabilities': capabilities }
  return [
    ...plain,
    {
      name: '990 members in the capabilities of 2026-07-28',
      body: JSON.stringify(call({}, { _meta: meta }, 'whoami')),
      headers: MODERN_HEADERS,
    },
    {
      name: 'gzip: 256 KiB of text',
      body: zipped(JSON.stringify(call({ name: filled('x') }))),
      headers: gzip,
    },
    { name: 'gzip: 50 MB', body: zipped('x'.repeat(50_000_000)), headers: gzip },
    {
      name: '500 headers',
      body: whoami,
      headers: Object.fromEntries(list(500, (index) => [`X-H${index}`, 'value'])),
    },
    {
      name: '600 scopes in the token',
      body: whoami,
      claims: { scope: ['tool:whoami', ...list(600, (index) => `s:${index}`)].join(' ') },
    },
    {
      name: '600 permissions in the token',
      body: whoami,
      claims: { permissions: ['tool:whoami', ...list(600, (index) => `s:${index}`)] },
    },
  ]
}
