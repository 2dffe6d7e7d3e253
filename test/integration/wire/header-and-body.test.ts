import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BareSdk, startBareSdk } from '../../helpers/bare-sdk.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { messageIn, modern, type RawRequest, sendLines } from '../../helpers/wire.js'

const base64 = (name: string): string => `=?base64?${Buffer.from(name).toString('base64')}?=`

/** Everything a client might write into the headers that name a method and a tool. */
const METHODS: readonly (readonly string[])[] = [
  ['tools/call'],
  ['tools/list'],
  ['TOOLS/CALL'],
  ['tools/call', 'tools/list'],
  [],
]
const NAMES: readonly (readonly string[])[] = [
  ['whoami'],
  ['greet'],
  [' greet\t'],
  ['GREET'],
  [base64('whoami')],
  [base64('greet')],
  ['=?base64?!!?='],
  ['=?BASE64?Z3JlZXQ=?='],
  ['whoami', 'greet'],
  ['greet', 'whoami'],
  ['whoami, greet'],
  [''],
  [],
]
const VERSIONS: readonly (readonly string[])[] = [['2026-07-28'], ['2025-11-25'], []]

/** Bodies whose name two readers might read differently, with the name that counts. */
const BODIES: readonly (readonly [title: string, body: string, names: string | undefined])[] = [
  ['a plain name', text('"name":"greet"'), 'greet'],
  ['a name twice, the second is ours', text('"name":"whoami","name":"greet"'), 'greet'],
  ['a name twice, the first is ours', text('"name":"greet","name":"whoami"'), 'whoami'],
  ['a name spelled by escapes', text('"n\\u0061me":"gr\\u0065et"'), 'greet'],
  ['a name in another case', text('"Name":"greet"'), undefined],
  ['a name on the prototype', text('"__proto__":{"name":"greet"}'), undefined],
  ['a name on the constructor', text('"constructor":{"prototype":{"name":"greet"}}'), undefined],
  ['a name outside of the parameters', text('"_":0', '"name":"greet",'), undefined],
  [
    'parameters twice',
    text('"name":"whoami"', '"params":{"name":"greet","arguments":{}},'),
    'whoami',
  ],
  [
    'parameters on the prototype',
    text('"_":0', '"__proto__":{"params":{"name":"greet"}},'),
    undefined,
  ],
  ['a name with a space behind it', text('"name":"greet "'), 'greet '],
  ['a name with a zero behind it', text('"name":"greet\\u0000"'), 'greet\u0000'],
  ['a name that is an array', text('"name":["greet"]'), undefined],
  ['a method twice', text('"name":"greet"', '"method":"tools/list",'), 'greet'],
]

function text(params: string, more = ''): string {
  return `{"jsonrpc":"2.0","id":1,${more}"method":"tools/call","params":{${params},"arguments":{}}}`
}

const BASIC = [
  ['Content-Type', 'application/json'],
  ['Accept', 'application/json, text/event-stream'],
] as const

const lines = (name: string, values: readonly string[]): (readonly [string, string])[] =>
  values.map((value) => [name, value])

describe('what the headers say of a call', () => {
  let server: TestServer
  let bare: BareSdk
  let whoamiAlone: string
  let both: string

  beforeAll(async () => {
    server = await startMcpServer()
    bare = await startBareSdk()
    whoamiAlone = await server.mint({ scope: 'tool:whoami' })
    both = await server.mint()
  })

  afterAll(async () => {
    await Promise.all([server.close(), bare.close()])
  })

  const authorized = (request: RawRequest, token: string): RawRequest => ({
    ...request,
    headers: [...request.headers, ['Authorization', `Bearer ${token}`]],
  })

  const combinations = VERSIONS.flatMap((version) =>
    METHODS.flatMap((method) => NAMES.map((name) => ({ version, method, name }))),
  ).map(({ version, method, name }): RawRequest['headers'] => [
    ...BASIC,
    ...lines('MCP-Protocol-Version', version),
    ...lines('Mcp-Method', method),
    ...lines('Mcp-Name', name),
  ])

  test.each([true, false])(
    '[RS23] [RS27] what the headers say of a call never lets a call reach a tool that was not decided upon (envelope: %s)',
    async (enveloped) => {
      const call = (name: string): string => {
        const { message } = modern('tools/call', { name, arguments: {} })
        const plain = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } }
        return JSON.stringify(enveloped ? message : plain)
      }
      expect(combinations).toHaveLength(195)
      const answers = await Promise.all(
        combinations.map((headers) =>
          sendLines(server.endpoint, authorized({ headers, body: call('greet') }, whoamiAlone)),
        ),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]))
      expect(server.issuer.tokenRequests).toHaveLength(0)
      bare.ran.splice(0)
      for (const headers of combinations) {
        await sendLines(bare.endpoint, { headers, body: call('whoami') })
      }
      expect(new Set(bare.ran)).toEqual(new Set(['whoami']))
    },
  )

  test.each(BODIES)(
    '[RS27] a body with %s is read the same by our middleware and the SDK',
    async (_, body, names) => {
      bare.ran.splice(0)
      await sendLines(bare.endpoint, { headers: BASIC, body })
      const known = names === 'greet' || names === 'whoami'
      expect(bare.ran).toEqual(known ? [names] : [])
      const { status } = await sendLines(
        server.endpoint,
        authorized({ headers: BASIC, body }, whoamiAlone),
      )
      expect(status === 403).toBe(names === 'greet')
    },
  )

  const fitting = { version: ['2026-07-28'], method: ['tools/call'], name: ['whoami'] }
  test.each([
    ['fit', {}, [200]],
    ['name the tool in Base64', { name: [base64('whoami')] }, [200]],
    ['have white space around the name', { name: ['\t whoami '] }, [200]],
    ['name another tool', { name: ['greet'] }, [400, -32020]],
    ['name another tool in Base64', { name: [base64('greet')] }, [400, -32020]],
    ['have broken Base64', { name: ['=?base64?d2hvYW1p!?='] }, [400, -32020]],
    ['have the sentinel in upper case', { name: ['=?BASE64?d2hvYW1p?='] }, [400, -32020]],
    ['name the tool in another case', { name: ['Whoami'] }, [400, -32020]],
    ['name the tool twice', { name: ['whoami', 'whoami'] }, [400, -32020]],
    ['name no tool', { name: [] }, [400, -32020]],
    ['have an empty name', { name: [''] }, [400, -32020]],
    ['name another method', { method: ['tools/list'] }, [400, -32020]],
    ['name the method in another case', { method: ['Tools/Call'] }, [400, -32020]],
    ['name the method twice', { method: ['tools/call', 'tools/call'] }, [400, -32020]],
    ['name no method', { method: [] }, [400, -32020]],
    ['name no version', { version: [] }, [400, -32020]],
  ] as const)('[RS23] what the headers say of a call that %s', async (_, changes, wants) => {
    const { version, method, name } = { ...fitting, ...changes }
    const { message } = modern('tools/call', { name: 'whoami', arguments: {} })
    const headers = [
      ...BASIC,
      ...lines('mcp-protocol-VERSION', version),
      ...lines('MCP-METHOD', method),
      ...lines('mcp-name', name),
    ]
    const request = authorized({ headers, body: JSON.stringify(message) }, both)
    const answer = await sendLines(server.endpoint, request)
    const error = messageIn(answer)?.['error'] as { code: number } | undefined
    expect([answer.status, ...(error === undefined ? [] : [error.code])]).toEqual(wants)
  })
})
