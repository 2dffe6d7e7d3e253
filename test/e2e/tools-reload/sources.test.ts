import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { documentOf, startReloadServer, temporaryDirectory, TRIPS } from './reload-server.js'

describe('[openapi 31] a document that cannot be used', () => {
  test.each<readonly [string, (path: string) => void, RegExp]>([
    ['is gone', rmSync, /does not exist/],
    ['is a directory', mkdirSync, /is no file/],
    ['is a named pipe', (path) => execFileSync('mkfifo', [path]), /is no file/],
    [
      'is larger than 20 MiB',
      (path) => {
        writeFileSync(path, '')
        truncateSync(path, 21 * 1024 * 1024)
      },
      /larger than 20 MiB/,
    ],
  ])('because it %s changes nothing, and can be used again later', async (_what, spoil, why) => {
    const server = await startReloadServer()
    rmSync(server.document)
    if (spoil !== rmSync) spoil(server.document)
    const { changed, faults } = await server.reloadTools()
    expect([changed, faults]).toEqual([false, [expect.stringMatching(why)]])
    expect(server.log.named('openapi_reload_failed')).toMatchObject([
      { level: 'warn', fields: { api: 'api', faults: [expect.stringMatching(why)] } },
    ])
    expect((await server.call('list_trips', 'read')).text).toContain('Hello')
    rmSync(server.document, { recursive: true, force: true })
    server.put({ ...TRIPS, 'get /stations list_stations': ['read'] })
    expect(await server.reloadTools()).toEqual({ changed: true, faults: [] })
    expect(server.log.named('openapi_reload_recovered')).toHaveLength(1)
  })

  test.each<readonly [string, string, Readonly<Record<string, string>>, RegExp]>([
    ['is no document', '{', {}, /openapi\.json/],
    ['is of another version', '{"swagger":"2.0"}', {}, /Swagger 2\.0/],
    [
      'has more tools than may be',
      documentOf({ ...TRIPS, 'get /stations list_stations': ['read'] }),
      { OPENAPI_MAX_TOOLS: '2' },
      /OPENAPI_MAX_TOOLS/,
    ],
    [
      'lacks a tool that has a limit',
      documentOf({ 'get /trips find_trips': ['read'] }),
      { TOOL_LIMITS: 'list_trips=100' },
      /TOOL_LIMITS: names no tool of this server: list_trips/,
    ],
  ])('because it %s changes nothing', async (_what, content, environment, why) => {
    const server = await startReloadServer(TRIPS, { environment })
    server.put(content)
    const { changed, faults } = await server.reloadTools()
    expect([changed, faults.join('\n')]).toEqual([false, expect.stringMatching(why)])
    expect(await server.toolNames('read write')).toEqual(['create_trip', 'list_trips'])
    expect(server.log.named('openapi_reloaded')).toEqual([])
    server.put(TRIPS)
    expect(await server.reloadTools()).toEqual({ changed: false, faults: [] })
    expect(server.log.named('openapi_reload_recovered')).toHaveLength(1)
  })

  test('has all its faults in one line, up to twenty', async () => {
    const curation = join(temporaryDirectory(), 'curation.yaml')
    writeFileSync(curation, '{}')
    const server = await startReloadServer(TRIPS, { environment: { OPENAPI_CURATION: curation } })
    const wrong = Array.from({ length: 30 }, (_, index) => `trip_${index}: { hiden: true }`)
    writeFileSync(curation, wrong.join('\n'))
    await server.reloadTools()
    const [line] = server.log.named('openapi_reload_failed')
    expect(line?.fields['faults']).toHaveLength(20)
    expect(line?.fields['unlogged']).toBeGreaterThanOrEqual(10)
  })
})

test('A curation that changes alone makes other tools', async () => {
  const server = await startReloadServer(TRIPS)
  const curation = join(server.directory, 'curation.yaml')
  writeFileSync(curation, 'list_trips: { title: Trips }\n')
  const curated = await startReloadServer(TRIPS, { environment: { OPENAPI_CURATION: curation } })
  writeFileSync(curation, 'list_trips: { name: all_trips, scopes: [] }\n')
  expect(await curated.reloadTools()).toEqual({ changed: true, faults: [] })
  expect(await curated.toolNames('read write')).toEqual(['all_trips', 'create_trip'])
  expect(curated.log.named('openapi_reloaded')).toMatchObject([
    { level: 'warn', fields: { weaker: ['all_trips (before: list_trips): scopes'] } },
  ])
  rmSync(curation)
  expect((await curated.reloadTools()).faults.join()).toContain('OPENAPI_CURATION')
  expect(await curated.toolNames('read write')).toEqual(['all_trips', 'create_trip'])
})

describe('a document at a URL', () => {
  test('is asked for by its validators, without a token, and is not made into tools again where it is the same', async () => {
    let content = documentOf(TRIPS)
    const asked: unknown[] = []
    const host = await startHttpServer((req, res) => {
      const etag = `"${content.length}"`
      asked.push([req.headers['if-none-match'], req.headers.authorization])
      const isSame = req.headers['if-none-match'] === etag
      res.writeHead(isSame ? 304 : 200, { ETag: etag }).end(isSame ? undefined : content)
    })
    const environment = { OPENAPI_DOCUMENT: `${host.origin}/openapi.json` }
    const server = await startReloadServer(TRIPS, { environment })
    expect(await server.reloadTools()).toEqual({ changed: false, faults: [] })
    const before = content.length
    content = documentOf({ ...TRIPS, 'get /stations list_stations': ['read'] })
    expect(await server.reloadTools()).toEqual({ changed: true, faults: [] })
    expect(asked).toEqual([
      [undefined, undefined],
      [`"${before}"`, undefined],
      [`"${before}"`, undefined],
    ])
    expect(await server.toolNames('read')).toContain('list_stations')
  })

  test.each([
    ['at another host', 302, { Location: 'http://127.0.0.2:1/openapi.json' }, /another host/],
    ['nowhere', 500, {}, /HTTP 500/],
    ['said to be the same, unasked', 304, {}, /HTTP 304/],
  ])('that is %s changes nothing, once logged', async (_what, status, headers, why) => {
    let answer: readonly [number, Readonly<Record<string, string>>] = [200, {}]
    const host = await startHttpServer((_req, res) => {
      res.writeHead(...answer).end(answer[0] === 200 ? documentOf(TRIPS) : undefined)
    })
    const environment = { OPENAPI_DOCUMENT: `${host.origin}/openapi.json` }
    const server = await startReloadServer(TRIPS, { environment })
    answer = [status, headers]
    const { faults } = await server.reloadTools()
    expect(faults).toEqual([expect.stringMatching(why)])
    expect(await server.toolNames('read write')).toEqual(['create_trip', 'list_trips'])
    answer = [200, {}]
    expect(await server.reloadTools()).toEqual({ changed: false, faults: [] })
    expect(server.log.named('openapi_reload_recovered')).toHaveLength(1)
  })
})

test('Many swaps in a row end with the last document, and keep nothing open', async () => {
  const server = await startReloadServer()
  const before = process.getActiveResourcesInfo().length
  for (let round = 0; round < 50; round += 1) {
    server.put({ [`get /trips list_trips_${round}`]: ['read'] })
    const reloading = [server.reloadTools(), server.reloadTools()]
    expect(await Promise.all(reloading)).toEqual([
      { changed: true, faults: [] },
      { changed: false, faults: [] },
    ])
  }
  expect(await server.toolNames('read')).toEqual(['list_trips_49'])
  expect(process.getActiveResourcesInfo().length).toBeLessThan(before + 10)
})
