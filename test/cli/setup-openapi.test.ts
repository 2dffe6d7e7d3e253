import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { oauth2Components } from '../integration/openapi/oauth2-components.js'
import { API, MCP, useBench } from './setup-support.js'

const used = useBench()

function put(name: string, value: object): string {
  const path = join(used.bench.directory, name)
  writeFileSync(path, JSON.stringify(value))
  return path
}

const operation = (operationId: string, ...scopes: readonly string[]) => ({
  ...{ operationId, security: [{ OAuth2: scopes }] },
  responses: { 200: { description: 'Fine' } },
})

const openapi = (): readonly string[] => [
  '--openapi',
  put('openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Trips', version: '1' },
    paths: {
      '/trips': { get: operation('list', 'read:trips'), post: operation('create', 'write:trips') },
      '/users': { delete: operation('purge', 'admin') },
    },
    components: oauth2Components({
      'read:trips': 'Read your trips',
      'write:trips': 'Change your trips',
      admin: 'Everything',
      unused: 'Needed by nothing',
    }),
  }),
]

const hidesUsers = (): readonly string[] => [
  '--overlay',
  put('overlay.json', {
    overlay: '1.0.0',
    info: { title: 'No users', version: '1' },
    actions: [{ target: "$.paths['/users']", remove: true }],
  }),
]

const scopesOf = (identifier: string) =>
  used.standIn.tenant.resourceServers.find((one) => one['identifier'] === identifier)?.[
    'scopes'
  ] as readonly { readonly value: string }[] | undefined

const READ = { value: 'read:trips', description: 'Read your trips' }
const WRITE = { value: 'write:trips', description: 'Change your trips' }

describe('setup --openapi', () => {
  test('makes the scopes that the tools of the document need, on both APIs, with its descriptions; a second time there is nothing to do', async () => {
    const options = [...openapi(), ...hidesUsers(), '--role', 'Traveller']
    expect((await used.bench.setup('--yes', ...options)).code).toBe(0)
    expect(scopesOf(MCP)).toEqual([READ, WRITE])
    expect(scopesOf(API)).toEqual(expect.arrayContaining([READ, WRITE]))
    const grants = used.standIn.tenant.clientGrants.filter(({ audience }) => audience === API)
    expect(grants.map(({ scope }) => scope)).toEqual([['read:trips', 'write:trips']])
    expect(used.standIn.tenant.roles[0]?.permissions).toHaveLength(4)
    used.standIn.requests.length = 0
    expect((await used.bench.setup('--yes', ...options)).code).toBe(0)
    expect(used.standIn.writes()).toEqual([])
  })

  test('takes the document of OPENAPI_DOCUMENT in the settings, and says so; --openapi stands in place of it', async () => {
    const [, path = ''] = openapi()
    writeFileSync(used.bench.envPath, `OPENAPI_DOCUMENT=${path}\n`)
    const plan = await used.bench.setup('--no-settings-file', '--dry-run')
    expect(plan.io.stdout()).toContain(
      `The scopes are those of OPENAPI_DOCUMENT in the settings: ${path}. For another document, give --openapi.`,
    )
    expect(plan.io.stdout()).toContain('write:trips')
    expect((await used.bench.setup('--no-settings-file', '--yes')).code).toBe(0)
    expect(scopesOf(MCP)?.map(({ value }) => value)).toEqual(['admin', 'read:trips', 'write:trips'])
    writeFileSync(used.bench.envPath, 'OPENAPI_DOCUMENT=gone.json\n')
    const named = await used.bench.setup('--no-settings-file', '--dry-run', ...openapi())
    expect([named.code, named.io.stdout()]).toEqual([
      0,
      expect.not.stringContaining('OPENAPI_DOCUMENT in the settings'),
    ])
    const gone = await used.bench.setup('--no-settings-file', '--dry-run')
    expect([gone.code, gone.io.output()]).toEqual([
      expect.any(Number),
      expect.stringContaining('OPENAPI_DOCUMENT'),
    ])
    expect(gone.code).not.toBe(0)
    expect((await used.bench.setup('--remove', '--dry-run')).io.output()).not.toContain('gone.json')
  })

  test('keeps the scopes that are there, and adds those that are given', async () => {
    await used.bench.setup('--yes')
    const given = ['--server-scopes', 'own:scope']
    expect(
      (await used.bench.setup('--yes', '--force', ...openapi(), ...hidesUsers(), ...given)).code,
    ).toBe(0)
    expect(scopesOf(MCP)?.map(({ value }) => value)).toEqual([
      ...['tool:whoami', 'tool:greet', 'read:trips', 'write:trips', 'own:scope'],
    ])
  })

  test('refuses a document that is faulty before it asks the tenant for anything', async () => {
    const faulty = put('faulty.json', { openapi: '2.0' })
    const { code } = await used.bench.setup('--yes', '--openapi', faulty)
    expect(code).toBe(1)
    expect(used.standIn.requests).toEqual([])
  })

  test('--overlay and --curation need a document', async () => {
    expect((await used.bench.setup(...hidesUsers())).code).toBe(2)
  })
})
