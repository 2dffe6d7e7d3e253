import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Json } from '../../../src/openapi/json.js'
import { ConfigError } from '../../../src/config/config.js'
import { recordingIo } from '../../helpers/command-io.js'
import { callTool, postMcp, rpc, rpcAnswer } from '../../helpers/mcp-requests.js'
import { run } from '../../../cli/tools/run.js'
import { oauth2Components } from './oauth2-components.js'
import { startDocumentServer } from './document-server.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'overlays-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

function put(name: string, value: object): string {
  const path = join(directory, name)
  writeFileSync(path, JSON.stringify(value, null, 2))
  return path
}

const operation = (operationId: string) => ({
  ...{ operationId, security: [{ OAuth2: ['read:trips'] }] },
  responses: { 200: { description: 'Fine' } },
})

const document = (): string =>
  put('openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Trips', version: '1' },
    paths: {
      '/trips': { get: operation('listTrips'), post: operation('createTrip') },
      '/internal': { get: operation('internals') },
    },
    components: oauth2Components({ 'read:trips': 'Read', 'write:trips': 'Write' }),
  })

const overlay = (name: string, ...actions: readonly Readonly<Record<string, Json>>[]): string =>
  put(name, { overlay: '1.1.0', info: { title: name, version: '1' }, actions })

const SCOPES = ['read:trips', 'write:trips']

const hides = () => overlay('hides.json', { target: "$.paths['/internal']", remove: true })
const narrows = () =>
  overlay(
    'narrows.json',
    { target: '$..[?@.operationId == "createTrip"].security', remove: true },
    {
      target: '$..[?@.operationId == "createTrip"]',
      update: { 'x-mcp': { name: 'book_trip' }, security: [{ OAuth2: ['write:trips'] }] },
    },
  )

test('overlays hide, rename and narrow operations, on both hops', async () => {
  const server = await startDocumentServer({
    scopes: { server: SCOPES, api: SCOPES },
    environment: { OPENAPI_DOCUMENT: document(), OPENAPI_OVERLAYS: `${hides()} ${narrows()}` },
  })
  const reader = await server.tokenFor('alice', 'read:trips')
  const listed = rpcAnswer(await postMcp(server.endpoint, rpc('tools/list'), { token: reader }))
  const { tools } = listed['result'] as { readonly tools: readonly { readonly name: string }[] }
  expect(tools.map(({ name }) => name)).toEqual(['book_trip', 'listTrips'])

  const refused = await postMcp(server.endpoint, callTool('book_trip'), { token: reader })
  expect(refused.status).toBe(403)
  expect(refused.headers['www-authenticate']).toContain('scope="write:trips read:trips"')
  expect(server.exchanges()).toEqual([])

  const writer = await server.tokenFor('alice', SCOPES.join(' '))
  await postMcp(server.endpoint, callTool('book_trip'), { token: writer })
  expect(server.exchanges()).toEqual([['write:trips']])
  expect(server.apiRequests).toMatchObject([
    { method: 'POST', target: '/trips', scopes: ['write:trips'] },
  ])
})

test('an action that cannot be applied ends the start, and names the overlay, the line and the cure', async () => {
  const wrong = overlay('wrong.json', { target: '$.paths', update: ['/a'] })
  const started = startDocumentServer({
    scopes: { server: SCOPES, api: SCOPES },
    environment: { OPENAPI_DOCUMENT: document(), OPENAPI_OVERLAYS: wrong },
  })
  const error = await started.catch((reason: unknown) => reason)
  if (!(error instanceof ConfigError)) throw new Error('the server started')
  expect(error.issues).toEqual([
    {
      key: `${wrong}:8, #/actions/0`,
      hint: 'a list cannot be merged into an object, which is at #/paths. Remove what is there by an action before this one',
    },
  ])
})

test('an overlay that cannot be read ends the start, and names the setting', async () => {
  const started = startDocumentServer({
    scopes: { server: SCOPES, api: SCOPES },
    environment: { OPENAPI_DOCUMENT: document(), OPENAPI_OVERLAYS: join(directory, 'none.yaml') },
  })
  await expect(started).rejects.toMatchObject({
    issues: [
      expect.objectContaining({
        key: `OPENAPI_OVERLAYS (${join(directory, 'none.yaml')})`,
        hint: expect.stringContaining('names an overlay that does not exist') as string,
      }),
    ],
  })
})

test('tools --overlay shows the tools with overlays, and warns of an action that selects nothing', async () => {
  const idle = overlay('idle.json', { target: '$.paths.nothing', remove: true })
  const io = recordingIo({ directory, fetch: () => Promise.reject(new Error('no network')) })
  const overlays = [hides(), narrows(), idle].flatMap((path) => ['--overlay', path])
  const code = await run(['--openapi', document(), ...overlays], io)
  expect(io.stdout()).toContain('book_trip')
  expect(io.stdout()).not.toContain('internals')
  expect(io.output()).toContain('warning: The action selects nothing: $.paths.nothing')
  expect(io.output()).toContain(`(${idle}:8)`)
  expect(code).toBe(0)
})
