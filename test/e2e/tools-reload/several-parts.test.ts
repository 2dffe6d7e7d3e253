import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CONFIG_FILE } from '../../../src/config/config-file.js'
import { ConfigError } from '../../../src/config/config.js'
import { documentOf, startReloadServer, temporaryDirectory, TRIPS } from './reload-server.js'

/** The paths of files of one directory. */
function files(): (name: string, content: string) => string {
  const directory = temporaryDirectory()
  return (name, content) => {
    const path = join(directory, name)
    writeFileSync(path, content)
    return path
  }
}

const removing = (target: string): string =>
  JSON.stringify({
    overlay: '1.0.0',
    info: { title: 'Removes', version: '1' },
    actions: [{ target, remove: true }],
  })

test('An overlay that changes alone makes other tools', async () => {
  const put = files()
  const overlay = put('overlay.json', removing('$.paths.*.post'))
  const server = await startReloadServer(TRIPS, { environment: { OPENAPI_OVERLAYS: overlay } })
  expect(await server.toolNames('read write')).toEqual(['list_trips'])
  put('overlay.json', removing('$.paths.*.get'))
  expect(await server.reloadTools()).toEqual({ changed: true, faults: [] })
  expect(await server.toolNames('read write')).toEqual(['create_trip'])
})

test('An overlay that breaks the document changes nothing, and is named', async () => {
  const put = files()
  const overlay = put('overlay.json', removing('$.paths.*.post'))
  const server = await startReloadServer(TRIPS, { environment: { OPENAPI_OVERLAYS: overlay } })
  put('overlay.json', removing('$.components'))
  const { changed, faults } = await server.reloadTools()
  expect([changed, faults.join('\n')]).toEqual([false, expect.stringContaining('OAuth2')])
  put('overlay.json', removing('$['))
  const again = await server.reloadTools()
  expect([again.changed, again.faults.join('\n')]).toEqual([
    false,
    expect.stringContaining('overlay.json'),
  ])
  expect(await server.toolNames('read write')).toEqual(['list_trips'])
})

test('Of several APIs, a broken document changes nothing of its own tools, and nothing of the others', async () => {
  const put = files()
  const [crm, shop] = [
    put('crm.json', documentOf({ 'get /people list_people': ['read'] })),
    put('shop.json', documentOf({ 'get /goods list_goods': ['read'] })),
  ]
  const api = (name: string, path: string): string =>
    `  ${name}: { audience: 'https://${name}.example/', baseUrl: 'https://${name}.example', document: ${JSON.stringify(path)} }\n`
  const text = `apis:\n${api('crm', crm)}${api('shop', shop)}`
  const file = { name: 'apis.yaml', path: put('apis.yaml', text), text }
  const server = await startReloadServer(TRIPS, { environment: { [CONFIG_FILE]: file } })
  put('crm.json', '{')
  put('shop.json', documentOf({ 'get /goods list_all_goods': ['read'] }))
  const { changed, faults } = await server.reloadTools()
  expect([changed, faults]).toEqual([true, [expect.stringContaining('crm.json')]])
  expect(await server.toolNames('read')).toEqual([
    ...['create_trip', 'list_all_goods', 'list_people', 'list_trips'],
  ])
  const named = server.log.named('openapi_reload_failed').map(({ fields }) => fields['api'])
  expect(named).toEqual(['crm'])
  put('shop.json', documentOf({ 'get /goods list_trips': ['read'] }))
  const clashing = await server.reloadTools()
  expect([clashing.changed, clashing.faults.join('\n')]).toEqual([
    false,
    expect.stringMatching(/same names.*list_trips/),
  ])
  expect(await server.toolNames('read')).toContain('list_all_goods')
})

const HIDDEN = { OPENAPI_OPERATIONS: 'GET /trips/** POST /trips/**' }
const NOTHING_LEFT = { 'get /hidden/trips list_trips': ['read'] }

test('A document that leaves the server without any tool is faulty; the tools before stay', async () => {
  const server = await startReloadServer(TRIPS, { environment: HIDDEN })
  server.put(NOTHING_LEFT)
  const { changed, faults } = await server.reloadTools()
  expect([changed, faults]).toEqual([
    false,
    [
      expect.stringMatching(
        /without any tool: none of its 1 operation becomes one\. GET \/hidden\/trips: No rule/,
      ),
    ],
  ])
  expect(server.log.named('openapi_reload_failed')).toHaveLength(1)
  expect(await server.toolNames('read write')).toEqual(['create_trip', 'list_trips'])
})

test('At the start, it is a configuration error, unless there are other tools', async () => {
  const failure: unknown = await startReloadServer(NOTHING_LEFT, { environment: HIDDEN }).catch(
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(ConfigError)
  expect((failure as ConfigError).issues).toMatchObject([
    {
      key: expect.stringContaining('OPENAPI_DOCUMENT') as unknown,
      hint: expect.stringContaining('without any tool') as unknown,
    },
  ])
  const environment = { ...HIDDEN, DEMO_TOOLS: 'on' }
  const server = await startReloadServer(NOTHING_LEFT, { environment })
  expect(await server.toolNames('tool:whoami')).toContain('whoami')
})
