import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { run } from '../helpers/run.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Writes the URL of each module that is asked for by `import`. */
const HOOK = `
  import { writeSync } from 'node:fs'
  export async function resolve(specifier, context, next) {
    const resolved = await next(specifier, context)
    writeSync(1, \`loaded \${resolved.url}\\n\`)
    return resolved
  }`
const REGISTER = `
  import { register } from 'node:module'
  register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(HOOK))})`

/** The packages that a fresh process has loaded once it has run these lines; \`library\` is the entry point. */
async function packagesLoadedBy(lines: string, entry = 'src/index.ts'): Promise<readonly string[]> {
  const program = `const library = await import('./${entry}'); ${lines}`
  const { code, stdout, stderr } = await run(
    process.execPath,
    [
      ...['--import', 'tsx', '--import', `data:text/javascript,${encodeURIComponent(REGISTER)}`],
      ...['--input-type=module', '--eval', program],
    ],
    { cwd: ROOT, env: { PATH: process.env['PATH'] } },
  )
  expect([code, stderr]).toEqual([0, ''])
  const names = stdout
    .split('\n')
    .map((line) => /^loaded .*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(line)?.[1])
  return [...new Set(names.filter((name) => name !== undefined))]
}

/** What a server does not need, or not before something of it is made. */
const ON_DEMAND = [
  '@auth0/auth0-api-js',
  '@auth0/auth0-auth-js',
  'express-oauth2-jwt-bearer',
  'oauth4webapi',
  'openid-client',
  'pino',
  'prom-client',
  'undici',
  'yaml',
]

test('importing the library loads no package that only some of its parts need', async () => {
  const loaded = await packagesLoadedBy('')
  expect(loaded).toEqual(expect.arrayContaining(['express', 'jose', 'zod']))
  expect(loaded.filter((name) => ON_DEMAND.includes(name))).toEqual([])
})

test('an exchanger for Auth0 loads its package when it is created, before its first exchange', async () => {
  const loaded = await packagesLoadedBy(`
    const secret = new library.Secret('secret')
    library.createAuth0Exchanger({ clientId: 'client', clientAuthentication: { secret } })`)
  expect(loaded).toContain('@auth0/auth0-auth-js')
  expect(loaded).not.toContain('undici')
})

test('an exchanger by RFC 8693 loads its package when it is created, and nothing of Auth0', async () => {
  const loaded = await packagesLoadedBy(`
    library.createRfc8693Exchanger({
      metadata: () => Promise.reject(new Error('not asked for')),
      clientId: 'client',
      clientAuthentication: { secret: new library.Secret('secret') },
    })`)
  expect(loaded).toContain('openid-client')
  expect(loaded.filter((name) => name.startsWith('@auth0/'))).toEqual([])
})

/** Composes and ends a standalone server with these further settings. */
const composing = (settings = ''): string => `
    const config = library.parseConfig({
      MCP_SERVER_URL: 'http://localhost:3001',
      ISSUER_BASE_URL: 'https://tenant.example/',
      AUTH0_AUDIENCE: 'http://localhost:3001/mcp',
      MCP_AUTH0_CLIENT_ID: 'client',
      MCP_AUTH0_CLIENT_SECRET: 'secret',
      API_AUTH0_AUDIENCE: 'https://api.example/',
      API_BASE_URL: 'https://api.example/',
      ${settings}
    })
    const server = await library.composeServer(config, library.createProcessLog({ level: 'silent' }))
    await server.close()`

test('the standalone server loads what its configuration needs when it is composed, and no other exchanger', async () => {
  const loaded = await packagesLoadedBy(composing(), 'src/server.ts')
  expect(loaded).toEqual(
    expect.arrayContaining([...['express-oauth2-jwt-bearer', 'openid-client', 'undici']]),
  )
  expect(loaded.filter((name) => name.startsWith('@auth0/'))).toEqual([])
  expect(loaded).not.toContain('prom-client')
})

test('the standalone server loads prom-client where METRICS_PORT is set', async () => {
  const loaded = await packagesLoadedBy(composing("METRICS_PORT: '0',"), 'src/server.ts')
  expect(loaded).toContain('prom-client')
})

/** Reads a document of one operation, with overlays where these are given. */
const reading = (overlays = '[]'): string => `
    const document = {
      openapi: '3.1.0',
      info: { title: 'Trips', version: '1' },
      paths: { '/trips': { get: { operationId: 'list', security: [{ oauth2: ['read'] }], responses: {} } } },
      components: { securitySchemes: { oauth2: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: 'https://issuer.example/token', scopes: { read: 'Read' } } } } } },
    }
    const { tools } = library.toolsFromOpenApi(document, { api: 'trips', overlays: ${overlays} })
    const { createRequire } = await import('node:module')
    const loaded = Object.keys(createRequire(import.meta.url).cache)
    for (const path of loaded) console.log('loaded file://' + path)`

test('a document loads the reader of JSONPath where it has overlays, and not without', async () => {
  const overlay = `[{
    name: 'overlay.json',
    document: { overlay: '1.0.0', info: { title: 'T', version: '1' }, actions: [{ target: '$.info', update: { title: 'Other' } }] },
  }]`
  expect(await packagesLoadedBy(reading(), 'src/openapi.ts')).not.toContain('jsonpath-rfc9535')
  expect(await packagesLoadedBy(reading(overlay), 'src/openapi.ts')).toContain('jsonpath-rfc9535')
})
