import { expecting, type Attack, type Expectation, type Headers, type Target } from './attack.js'
import { sendRequest } from './send-request.js'

const STEP_UP: Expectation = { status: 403, body: /"error":"insufficient_scope"/ }
/** The SDK answers a call of something that is no tool with a JSON-RPC error and status 200. */
const NO_SUCH_TOOL: Expectation = { status: 200, body: /"error":\{"code":-3260[02]/ }
const REFUSED: Expectation = { status: 400 }
/** Whichever is looked at first. */
const REFUSED_OR_FORBIDDEN: Expectation = { status: [400, 403] }

interface Message {
  readonly body: string | Buffer
  readonly headers?: Headers
}

/** Sent with a token that is good for `whoami` and not for `greet`, which calls the API. */
function limited(name: string, expected: Expectation, make: (target: Target) => Message): Attack {
  return {
    name: `without the scope of greet: ${name}`,
    needs: ['issuer key'],
    expected,
    send: async (target) => {
      const token = await target.mint({ claims: { scope: 'tool:whoami' } })
      return sendRequest(target, { ...make(target), token })
    },
  }
}

function message(name: string, expected: Expectation, body: string): Attack {
  return limited(name, expected, () => ({ body }))
}

const CALL = '"jsonrpc":"2.0","id":1,"method":"tools/call"'
const call = (tool: string): string => `{${CALL},"params":{"name":"${tool}","arguments":{}}}`

const plain: readonly Attack[] = [
  message('a call', STEP_UP, call('greet')),
  message('a call without arguments', STEP_UP, `{${CALL},"params":{"name":"greet"}}`),
  message(
    'a call without id',
    STEP_UP,
    '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"greet"}}',
  ),
  message(
    'a call with the method behind',
    STEP_UP,
    '{"params":{"name":"greet"},"method":"tools/call","id":1,"jsonrpc":"2.0"}',
  ),
  message(
    'a call with white space everywhere',
    STEP_UP,
    JSON.stringify(JSON.parse(call('greet')), null, '\t'),
  ),
]

/** A batch of calls, the forbidden one in the middle. */
function crowd(size: number): string {
  const calls = Array<string>(size).fill(call('whoami'))
  return `[${calls.with(size >> 1, call('greet')).join(',')}]`
}

const batches: readonly Attack[] = [
  message('a batch with it last', STEP_UP, `[${call('whoami')},${call('greet')}]`),
  message('a batch with it first', STEP_UP, `[${call('greet')},${call('whoami')}]`),
  message('a batch of it alone', STEP_UP, `[${call('greet')}]`),
  message('a batch of forty with it in the middle', STEP_UP, crowd(40)),
  message('a batch of a thousand with it in the middle', REFUSED_OR_FORBIDDEN, crowd(1_000)),
  message('a batch with nonsense beside it', STEP_UP, `[null,1,"x",[],${call('greet')}]`),
  message('a batch in a batch', REFUSED, `[[${call('greet')}]]`),
]

/** Spellings that decode to the same, or to the same for some parsers. */
const spellings: readonly Attack[] = [
  message('its name escaped', STEP_UP, call('\\u0067reet')),
  message('the method escaped', STEP_UP, call('greet').replace('tools/call', 'tools\\u002fcall')),
  message(
    'the method with an escaped slash',
    STEP_UP,
    call('greet').replace('tools/call', 'tools\\/call'),
  ),
  message(
    'the members escaped',
    STEP_UP,
    call('greet').replace('"name"', '"\\u006eame"').replace('"method"', '"m\\u0065thod"'),
  ),
  message(
    'the method twice, the call last',
    STEP_UP,
    `{"method":"tools/list",${CALL},"params":{"name":"greet"}}`,
  ),
  message(
    'the name twice, greet last',
    STEP_UP,
    `{${CALL},"params":{"name":"whoami","name":"greet"}}`,
  ),
  message(
    'the parameters twice, greet last',
    STEP_UP,
    `{${CALL},"params":{"name":"whoami"},"params":{"name":"greet"}}`,
  ),
]

/** The same call in encodings of text that a body parser may know and a filter in front may not. */
const charsets: readonly Attack[] = [
  ['utf-16le', Buffer.from(call('greet'), 'utf16le')],
  ['utf-7', call('greet').replace('greet', '+AGcAcgBlAGUAdA-')],
].map(([charset, body]) =>
  limited(`in ${String(charset)}`, { status: [400, 403, 415] }, () => ({
    headers: [['Content-Type', `application/json; charset=${String(charset)}`]],
    body: body ?? '',
  })),
)

const names: readonly Attack[] = [
  ['in upper case', '"GREET"'],
  ['with a space behind', '"greet "'],
  ['with a NUL behind', '"greet\\u0000"'],
  ['with a letter that looks the same', '"gre\\u0435t"'],
  ['__proto__', '"__proto__"'],
  ['constructor', '"constructor"'],
  ['toString', '"toString"'],
  ['hasOwnProperty', '"hasOwnProperty"'],
  ['a path', '"../greet"'],
  ['empty', '""'],
  ['of 100 KB', `"${'g'.repeat(100_000)}"`],
  ['as an array', '["greet"]'],
  ['as an object', '{"toString":"greet"}'],
  ['as a number', '1'],
  ['null', 'null'],
].map(([name, json]) =>
  message(
    `its name ${String(name)}`,
    NO_SUCH_TOOL,
    `{${CALL},"params":{"name":${String(json)},"arguments":{}}}`,
  ),
)

const hidden: readonly Attack[] = [
  message(
    'the parameters in __proto__',
    REFUSED,
    `{${CALL},"__proto__":{"params":{"name":"greet"}}}`,
  ),
  message(
    'the name in __proto__',
    NO_SUCH_TOOL,
    `{${CALL},"params":{"__proto__":{"name":"greet"}}}`,
  ),
  message('the parameters as an array', REFUSED, `{${CALL},"params":["greet"]}`),
  message('the parameters as a string', REFUSED, `{${CALL},"params":"greet"}`),
]

const MODERN: Headers = [
  ['MCP-Protocol-Version', '2026-07-28'],
  ['Mcp-Method', 'tools/call'],
]
const META =
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"attacker","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}'

function modern(
  name: string,
  expected: Expectation,
  tools: readonly [header: string, body: string],
): Attack {
  return limited(name, expected, () => ({
    headers: [...MODERN, ['Mcp-Name', tools[0]]],
    body: `{${CALL},"params":{"name":"${tools[1]}","arguments":{},${META}}}`,
  }))
}

const headerForm: readonly Attack[] = [
  modern('a call of 2026', STEP_UP, ['greet', 'greet']),
  modern('Mcp-Name whoami, greet in the body', STEP_UP, ['whoami', 'greet']),
  modern('Mcp-Name greet, whoami in the body', REFUSED, ['greet', 'whoami']),
  modern('Mcp-Name twice in one header', STEP_UP, ['whoami, greet', 'greet']),
  modern('Mcp-Name whoami in base64, greet in the body', STEP_UP, ['=?base64?d2hvYW1p?=', 'greet']),
  limited('Mcp-Name whoami in front of a body of 2025', STEP_UP, () => ({
    headers: [['Mcp-Name', 'whoami']],
    body: call('greet'),
  })),
  limited('Mcp-Method tools/list in front of a call', STEP_UP, () => ({
    headers: [
      ['MCP-Protocol-Version', '2026-07-28'],
      ['Mcp-Method', 'tools/list'],
    ],
    body: `{${CALL},"params":{"name":"greet","arguments":{},${META}}}`,
  })),
  limited('Mcp-Method tools/call in front of a list', REFUSED, () => ({
    headers: [...MODERN, ['Mcp-Name', 'greet']],
    body: `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{${META}}}`,
  })),
  limited('a version nobody knows', STEP_UP, () => ({
    headers: [['MCP-Protocol-Version', '9999-12-31']],
    body: call('greet'),
  })),
]

const SCOPES: readonly (readonly [string, unknown])[] = [
  ['missing', undefined],
  ['null', null],
  ['empty', ''],
  ['an empty array', []],
  ['an array without it', ['tool:whoami']],
  ['*', '*'],
  ['tool:*', 'tool:*'],
  ['in upper case', 'TOOL:GREET'],
  ['with tabs', 'tool:whoami\ttool:greet'],
  ['with commas', 'tool:whoami,tool:greet'],
  ['with line breaks', 'tool:whoami\ntool:greet'],
  ['with a NUL', 'tool:greet\0'],
  ['longer than needed', 'tool:greetings xtool:greet tool:greet:more'],
  ["of the API's", 'read:private'],
]

const scopes: readonly Attack[] = SCOPES.map(([name, scope]) => ({
  name: `scope ${name}, for a tool that needs one`,
  needs: ['issuer key'],
  expected: STEP_UP,
  send: async (target) => sendRequest(target, { token: await target.mint({ claims: { scope } }) }),
}))

const others: readonly Attack[] = [
  {
    name: 'scp with the scope, beside a scope without it',
    needs: ['issuer key'],
    expected: STEP_UP,
    send: async (target) => {
      const claims = { scope: 'tool:whoami', scp: ['tool:greet'] }
      return sendRequest(target, { token: await target.mint({ claims }) })
    },
  },
  {
    name: 'permissions without scope, for a tool that needs a scope',
    needs: ['issuer key'],
    expected: STEP_UP,
    send: async (target) => {
      const claims = { scope: undefined, permissions: ['tool:greet'] }
      return sendRequest(target, { token: await target.mint({ claims }) })
    },
  },
  {
    name: 'a scope that the permissions rule out',
    needs: ['issuer key'],
    expected: { status: 403 },
    send: async (target) =>
      sendRequest(target, { token: await target.mint({ claims: { permissions: [] } }) }),
  },
  {
    name: 'a scope inside a claim __proto__',
    needs: ['issuer key'],
    expected: STEP_UP,
    send: async (target) => {
      const claims = JSON.parse('{"__proto__":{"scope":"tool:greet"}}') as Record<string, unknown>
      return sendRequest(target, {
        token: await target.mint({ claims: { ...claims, scope: undefined } }),
      })
    },
  },
  {
    name: 'a token of 15 KB with a thousand scopes, none of them needed',
    needs: ['issuer key'],
    expected: STEP_UP,
    send: async (target) => {
      const scope = Array.from({ length: 1_000 }, (_, n) => `junk:${1_000 + n}`).join(' ')
      return sendRequest(target, { token: await target.mint({ claims: { scope } }) })
    },
  },
]

/** Calls of a tool that the token is not good for; for the MCP server. Nothing may run, the API least of all. */
export const toolAccess = expecting(STEP_UP, [
  ...plain,
  ...batches,
  ...spellings,
  ...charsets,
  ...names,
  ...hidden,
  ...headerForm,
  ...scopes,
  ...others,
])
