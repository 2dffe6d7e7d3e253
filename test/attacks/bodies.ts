import { gzipSync } from 'node:zlib'
import { expecting, type Attack, type Expectation, type Headers } from './attack.js'
import { sendRequest } from './send-request.js'

const JSON_TYPE = 'application/json'
const CALL = '"jsonrpc":"2.0","id":1,"method":"tools/call"'
const DEPTH = 20_000

interface Body {
  readonly body: string | Buffer
  readonly headers?: Headers
}

/** A good token with a body that is not good. */
function bad(name: string, expected: Expectation, make: () => Body): Attack {
  return {
    name: `a body ${name}`,
    needs: ['good token'],
    expected,
    send: async (target) => sendRequest(target, { ...make(), token: await target.goodToken() }),
  }
}

const REFUSED: Expectation = { status: 400 }
const TOO_LARGE: Expectation = { status: 413 }
const NOT_UNDERSTOOD: Expectation = { status: [400, 404, 406, 415] }

function nested(open: string, close: string): string {
  return `${open.repeat(DEPTH)}1${close.repeat(DEPTH)}`
}

function typed(contentType: string): Headers {
  return [['Content-Type', contentType]]
}

const depths: readonly Attack[] = [
  bad('of 20000 arrays in each other', REFUSED, () => ({ body: nested('[', ']') })),
  bad('of 20000 objects in each other', REFUSED, () => ({ body: nested('{"a":', '}') })),
  bad('with 20000 levels as the parameters', REFUSED, () => ({
    body: `{${CALL},"params":${nested('[', ']')}}`,
  })),
  bad('with 20000 levels as the arguments', REFUSED, () => ({
    body: `{${CALL},"params":{"name":"whoami","arguments":${nested('{"a":', '}')}}}`,
  })),
  bad('with 20000 levels as the metadata', REFUSED, () => ({
    body: `{${CALL},"params":{"name":"whoami","_meta":${nested('{"a":', '}')}}}`,
  })),
  bad('with 20000 levels as the id', REFUSED, () => ({
    body: `{"jsonrpc":"2.0","id":${nested('[', ']')},"method":"tools/list"}`,
  })),
  bad('that opens 20000 arrays and closes none', REFUSED, () => ({ body: '['.repeat(DEPTH) })),
]

const sizes: readonly Attack[] = [
  bad('of 10 MB', TOO_LARGE, () => ({ body: `{"a":"${'a'.repeat(10_000_000)}"}` })),
  bad('a byte larger than the limit', TOO_LARGE, () => ({
    body: `"${'a'.repeat(262_144 - 1)}"`,
  })),
  bad('of 20 MB, compressed', TOO_LARGE, () => ({
    body: gzipSync(Buffer.alloc(20_000_000, 0x20)),
    headers: [...typed(JSON_TYPE), ['Content-Encoding', 'gzip']],
  })),
  bad('of 2000 calls', REFUSED, () => ({ body: calls(2_000) })),
  bad('of 10000 calls', TOO_LARGE, () => ({ body: calls(10_000) })),
]

function calls(count: number): string {
  return `[${Array<string>(count).fill(`{${CALL},"params":{"name":"whoami"}}`).join(',')}]`
}

const syntax: readonly Attack[] = [
  ['that is no JSON', '{"jsonrpc"'],
  ['that is empty', ''],
  ['that is a string', '"tools/call"'],
  ['that is null', 'null'],
  ['that is a number', '1'],
  ['that is an empty array', '[]'],
  ['that is an empty object', '{}'],
  ['with NaN', `{${CALL},"params":NaN}`],
  ['with a comma too many', `{${CALL},}`],
  ['with a comment', `{/* */${CALL}}`],
  ['with a NUL behind', `{${CALL},"params":{"name":"whoami"}}\0`],
  ['with another body behind', `{${CALL}}{${CALL}}`],
  ['of another JSON-RPC version', '{"jsonrpc":"1.0","id":1,"method":"tools/list"}'],
  ['without JSON-RPC version', '{"id":1,"method":"tools/list"}'],
  ['with an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"tools/list"}'],
  ['with a method that is an array', '{"jsonrpc":"2.0","id":1,"method":["tools/call"]}'],
].map(([name, body]) => bad(String(name), REFUSED, () => ({ body: String(body) })))

const media: readonly Attack[] = [
  ['text/plain', 'text/plain'],
  ['multipart/form-data', 'multipart/form-data; boundary=x'],
  ['application/xml', 'application/xml'],
  ['application/json in a charset nobody knows', 'application/json; charset=x'],
  ['nothing', ''],
].map(([name, contentType]) =>
  bad(`that calls itself ${String(name)}`, NOT_UNDERSTOOD, () => ({
    body: `{${CALL},"params":{"name":"whoami"}}`,
    headers: typed(String(contentType)),
  })),
)

const encodings: readonly Attack[] = [
  bad('that is said to be compressed and is not', REFUSED, () => ({
    body: '{}',
    headers: [...typed(JSON_TYPE), ['Content-Encoding', 'gzip']],
  })),
  bad('in an encoding nobody knows', NOT_UNDERSTOOD, () => ({
    body: '{}',
    headers: [...typed(JSON_TYPE), ['Content-Encoding', 'x']],
  })),
]

/** Bodies too large, too deep or too odd, behind a token that is good; for the MCP server. */
export const bodies = expecting(REFUSED, [...depths, ...sizes, ...syntax, ...media, ...encodings])
