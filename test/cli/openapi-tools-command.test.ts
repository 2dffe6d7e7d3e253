import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../../cli/tools/run.js'
import { recordingIo } from '../helpers/command-io.js'
import { startHttpServer } from '../helpers/start-http-server.js'
import { TRAIN_TRAVEL } from '../integration/openapi/document-server.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tools-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

/** Runs the command; no network but where `fetch` is given. */
async function tools(argv: readonly string[], fetch = noNetwork) {
  const io = recordingIo({ directory, fetch })
  const code = await run(argv, io)
  const stdout = io.stdout()
  return { code, stdout, stderr: io.output().replace(stdout, '') }
}

const noNetwork: typeof globalThis.fetch = () => Promise.reject(new Error('there is no network'))

function put(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

/** A document with one operation for each requirement. */
function documentOf(requirements: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Test', version: '1' },
    paths: Object.fromEntries(
      Object.entries(requirements).map(([name, security]) => [
        `/${name}`,
        { get: { operationId: name, security, responses: { 200: { description: 'Fine' } } } },
      ]),
    ),
    components: {
      securitySchemes: {
        OAuth2: {
          type: 'oauth2',
          flows: {
            authorizationCode: {
              authorizationUrl: 'https://issuer.example/authorize',
              tokenUrl: 'https://issuer.example/token',
              scopes: { 'read:a': 'Read a', 'read:b': 'Read b' },
            },
          },
        },
        Key: { type: 'apiKey', in: 'header', name: 'X-Key' },
      },
    },
  })
}

const OVERVIEW = `7 operations, 7 tools, 0 left out · API scopes: 2 · scope sets: 2 · about 1,606 tokens
  tool                    operation                           server scopes  API scopes  hints
  create_booking          POST /bookings                      write          write       destructive
  create_booking_payment  POST /bookings/{bookingId}/payment  read           read        destructive
  delete_booking          DELETE /bookings/{bookingId}        write          write       destructive
  get_booking             GET /bookings/{bookingId}           read           read        read-only
  get_bookings            GET /bookings                       read           read        read-only
  get_stations            GET /stations                       read           read        read-only
  get_trips               GET /trips                          read           read        read-only
A client that signs in with the baseline scopes (read) sees 7 tools, may call 5; 2 step up.
`

/** Names, methods, paths and scopes; of the schemas a digest alone, since the document is not ours to copy. */
const READ = { server: ['read'], api: ['read'] }
const WRITE = { server: ['write'], api: ['write'] }
const READING = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
}
const POSTING = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: false,
}
const DELETING = { ...POSTING, idempotentHint: true }
const REPORTED = [
  ['create_booking', 'create-booking', 'POST', '/bookings', WRITE, POSTING],
  [
    ...['create_booking_payment', 'create-booking-payment'],
    ...['POST', '/bookings/{bookingId}/payment', READ, POSTING],
  ],
  ['delete_booking', 'delete-booking', 'DELETE', '/bookings/{bookingId}', WRITE, DELETING],
  ['get_booking', 'get-booking', 'GET', '/bookings/{bookingId}', READ, READING],
  ['get_bookings', 'get-bookings', 'GET', '/bookings', READ, READING],
  ['get_stations', 'get-stations', 'GET', '/stations', READ, READING],
  ['get_trips', 'get-trips', 'GET', '/trips', READ, READING],
].map(([name, id, method, path, needs, annotations]) => ({
  name,
  operation: { id, method, path },
  alternatives: [needs],
  chosen: needs,
  annotations,
}))

describe('mcp-on-behalf-of tools', () => {
  test('[openapi 32] tools shows the tools of a document as a table, with the scopes of both hops and what a fresh client sees', async () => {
    expect(await tools(['--openapi', TRAIN_TRAVEL])).toEqual({
      code: 0,
      stdout: OVERVIEW,
      stderr: '',
    })
  })

  test('[openapi 32] tools --json has exactly the agreed members, and is the same every time', async () => {
    const { code, stdout, stderr } = await tools(['--openapi', TRAIN_TRAVEL, '--json'])
    expect([code, stderr]).toEqual([0, ''])
    const report = JSON.parse(stdout) as { readonly tools: readonly Record<string, unknown>[] }
    const schemas = report.tools.map(({ inputSchema }) => JSON.stringify(inputSchema))
    expect({
      ...report,
      tools: report.tools.map(({ inputSchema: _schema, ...rest }) => rest),
    }).toEqual({
      document: {
        ...{ operations: 7, tools: 7, excluded: 0 },
        ...{ apiScopes: 2, scopeSets: 2, approximateTokens: 1606 },
      },
      tools: REPORTED,
      excluded: [],
    })
    expect(Object.keys(report)).toEqual(['document', 'tools', 'excluded'])
    expect(Object.keys(report.tools[0] ?? {})).toEqual([
      ...['name', 'operation', 'alternatives', 'chosen', 'annotations', 'inputSchema'],
    ])
    expect(schemas.every((schema) => schema.startsWith('{"type":"object"'))).toBe(true)
    const again = await tools(['--openapi', TRAIN_TRAVEL, '--json'])
    const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
    expect(digest(again.stdout)).toBe(digest(stdout))
  })

  test('[openapi 32] tools ends with 1 for a document that cannot be used, and names every fault with its line', async () => {
    const path = put('openapi.yaml', 'swagger: "2.0"\ninfo: {title: a, version: "1"}\npaths: {}\n')
    const { code, stdout, stderr } = await tools(['--openapi', path])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('Swagger 2.0')
    expect(stderr).toContain('openapi.yaml:1')
  })

  test('[openapi 32] tools ends with 1 where an operation is left out because of a fault, and with 0 where it only cannot be called', async () => {
    const key = { key: [{ Key: [] }], fine: [{ OAuth2: ['read:a'] }] }
    const called = await tools(['--openapi', put('key.json', documentOf(key))])
    expect(called.code).toBe(0)
    expect(called.stdout).toContain('left out\n  GET /key  ')
    const unknown = { other: [{ OAuth3: [] }], fine: [{ OAuth2: ['read:a'] }] }
    const faulty = await tools(['--openapi', put('unknown.json', documentOf(unknown))])
    expect(faulty.code).toBe(1)
    expect(faulty.stdout).toMatch(/left out\n {2}GET \/other .*OAuth3.*unknown\.json:1\n/)
  })

  test.each([
    ['no document', []],
    ['two sources', ['--openapi', 'a.yaml', '--config', 'b.yaml']],
    ['two views', ['--openapi', 'a.yaml', '--json', '--scopes']],
    ['another target', ['--openapi', 'a.yaml', '--target', 'copilot']],
    ['scopes that are none', ['--openapi', 'a.yaml', '--server-scopes', 'prefix:']],
    ['a rule that is none', ['--openapi', 'a.yaml', '--operations', 'get']],
    ['a document over plain http', ['--openapi', 'http://api.example/openapi.json']],
    ['an empty value', ['--openapi', ' ']],
  ])('[openapi 32] tools ends with 2 and one line for %s', async (_what, argv) => {
    const { code, stdout, stderr } = await tools(argv)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^[^\n]+ For all options: mcp-on-behalf-of tools --help\n$/)
  })

  test('[openapi 32] tools shows no secret of the settings beside it, and reaches nothing', async () => {
    put(
      '.env',
      'MCP_AUTH0_CLIENT_SECRET=secret-of-the-mcp-server\nOPENAPI_SERVER_SCOPES=prefix:x:\n',
    )
    for (const view of [[], ['--json'], ['--scopes'], ['--explain', 'get_trips']]) {
      const { code, stdout, stderr } = await tools(['--openapi', TRAIN_TRAVEL, ...view])
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toContain('x:read')
      expect(stdout).not.toContain('secret-of-the-mcp-server')
    }
  })

  test('[openapi 32] tools fetches a document at a URL with one request that carries no credentials', async () => {
    const seen: unknown[] = []
    const server = await startHttpServer((req, res) => {
      seen.push([req.method, req.url, req.headers.authorization, req.headers.cookie])
      res.end(readFileSync(TRAIN_TRAVEL))
    })
    const url = `${server.origin}/openapi.yaml?version=1`
    const { code, stdout, stderr } = await tools(['--openapi', url], fetch)
    await server.close()
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: OVERVIEW, stderr: '' })
    expect(seen).toEqual([['GET', '/openapi.yaml?version=1', undefined, undefined]])
  })

  test('tools --explain says where each argument goes, which alternative was chosen and why, and the challenge', async () => {
    const requirement = [{ OAuth2: ['read:a', 'read:b'] }, { OAuth2: ['read:b'] }]
    const path = put('openapi.json', documentOf({ both: requirement, a: [{ OAuth2: ['read:a'] }] }))
    const { code, stdout } = await tools(['--openapi', path, '--explain', 'both'])
    expect(code).toBe(0)
    expect(stdout).toContain('both: GET /both')
    expect(stdout).toContain('  1.  read:b         read:b         asked for first\n')
    expect(stdout).toContain('  2.  read:a read:b  read:a read:b\n')
    expect(stdout).toContain('The first that a caller covers is taken')
    expect(stdout).toContain('HTTP 403\n  WWW-Authenticate: Bearer error="insufficient_scope"')
    expect(stdout).toContain('scope="read:b"')
    expect(stdout).toContain('"additionalProperties": false')
  })

  test('tools --explain with an operationId names the tool that was meant', async () => {
    const { code, stderr } = await tools(['--openapi', TRAIN_TRAVEL, '--explain', 'get-trips'])
    expect(code).toBe(2)
    expect(stderr).toContain('Did you mean get_trips?')
  })

  test('tools --scopes lists what must exist at the authorization server, with the descriptions of the document', async () => {
    const path = put('openapi.json', documentOf({ a: [{ OAuth2: ['read:a'] }] }))
    const argv = ['--openapi', path, '--server-scopes', 'prefix:mcp:', '--scopes']
    const { code, stdout } = await tools(argv)
    expect(code).toBe(0)
    expect(stdout).toContain('  mcp:read:a  1 tool  Read a\n')
    expect(stdout).toContain('  read:a  1 tool  Read a\n')
    expect(stdout).not.toContain('read:b')
  })

  test('tools --target says what the target refuses and what it ignores, and ends with 1 for what it refuses', async () => {
    const fine = await tools(['--openapi', TRAIN_TRAVEL, '--target', 'claude'])
    expect([fine.code, fine.stderr]).toEqual([0, ''])
    const ignored = await tools(['--openapi', TRAIN_TRAVEL, '--target', 'gemini'])
    expect(ignored.code).toBe(0)
    expect(ignored.stderr).toContain('gemini: ignored: get_booking bookingId: the format "uuid"\n')
    const many = Object.fromEntries(
      Array.from({ length: 129 }, (_, index) => [`operation${index}`, [{ OAuth2: ['read:a'] }]]),
    )
    const path = put('many.json', documentOf(many))
    const refused = await tools(['--openapi', path, '--max-tools', '200', '--target', 'openai'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('openai: refused: 129 tools, and it takes 128\n')
  })

  test('tools --config shows every API of a configuration file, and --api one of them', async () => {
    put('a.json', documentOf({ a: [{ OAuth2: ['read:a'] }] }))
    put('b.json', documentOf({ b: [{ OAuth2: ['read:b'] }] }))
    put(
      'apis.yaml',
      `apis:
  first: { audience: 'https://a.example/', baseUrl: 'https://a.example', document: a.json }
  second:
    audience: https://b.example/
    baseUrl: https://b.example
    document: b.json
    toolPrefix: b_
`,
    )
    const both = await tools(['--config', 'apis.yaml'])
    expect(both.code).toBe(0)
    expect(both.stdout).toMatch(/^first\n1 operation, 1 tool,[^]*\n\nsecond\n1 operation, 1 tool,/)
    expect(both.stdout).toContain('  b_b   GET /b')
    const one = await tools(['--config', 'apis.yaml', '--api', 'second', '--json'])
    expect(JSON.parse(one.stdout)).toMatchObject({ tools: [{ name: 'b_b' }] })
    const none = await tools(['--config', 'apis.yaml', '--api', 'third'])
    expect([none.code, none.stderr]).toEqual([
      2,
      '--api has to be one of first, second. For all options: mcp-on-behalf-of tools --help\n',
    ])
  })

  test('tools warns of tools that the exchange may not ask for, and does not count them as listed', async () => {
    put('.env', 'MCP_AUTH0_EXCHANGE_SCOPE=read\n')
    const { code, stdout, stderr } = await tools(['--openapi', TRAIN_TRAVEL])
    expect(code).toBe(0)
    expect(stdout).toContain('sees 5 tools, may call 5.')
    expect(stderr).toContain(
      'MCP_AUTH0_EXCHANGE_SCOPE lacks scopes that create_booking, delete_booking',
    )
  })
})
