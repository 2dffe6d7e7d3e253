import { afterEach, beforeEach, expect, test } from 'vitest'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { API_AUDIENCE, CLIENT_ID, CLIENT_SECRET } from '../../helpers/exchange-answers.js'
import { ServeProcess } from '../../helpers/serve-process.js'
import { TestIssuer } from '../../helpers/test-issuer.js'
import { documentOf, temporaryDirectory, TRIPS } from './reload-server.js'

let issuer: TestIssuer
let running: ServeProcess

beforeEach(async () => {
  issuer = await TestIssuer.start()
})

afterEach(async () => {
  running.child.kill('SIGKILL')
  await issuer.close()
})

function started(seconds: string) {
  const path = join(temporaryDirectory(), 'openapi.json')
  const put = (text: string): void => {
    writeFileSync(`${path}.new`, text)
    renameSync(`${path}.new`, path)
  }
  put(documentOf(TRIPS))
  running = new ServeProcess({
    ...{ PORT: '0', HOST: '127.0.0.1', MCP_SERVER_URL: 'http://localhost:3001' },
    ...{ ISSUER_BASE_URL: issuer.issuer, AUTH0_AUDIENCE: 'http://localhost:3001/mcp' },
    ...{ MCP_AUTH0_CLIENT_ID: CLIENT_ID, MCP_AUTH0_CLIENT_SECRET: CLIENT_SECRET },
    ...{ API_AUTH0_AUDIENCE: API_AUDIENCE, API_BASE_URL: 'http://127.0.0.1:9' },
    ...{ OPENAPI_DOCUMENT: path, OPENAPI_RELOAD_SECONDS: seconds },
  })
  return put
}

test('SIGHUP has a process read the document again, also where it never does by itself', async () => {
  const put = started('0')
  await running.logged('listening')
  put(documentOf({ ...TRIPS, 'get /stations list_stations': ['read'] }))
  running.child.kill('SIGHUP')
  expect(await running.logged('openapi_reloaded')).toMatchObject({ added: ['list_stations'] })
})

test('OPENAPI_RELOAD_SECONDS has a process read the document by itself, and a broken one is told once', async () => {
  const put = started('1')
  await running.logged('listening')
  put('{')
  expect(await running.logged('openapi_reload_failed')).toMatchObject({ api: 'api' })
  put(documentOf({ ...TRIPS, 'get /stations list_stations': ['read'] }))
  expect(await running.logged('openapi_reloaded')).toMatchObject({ added: ['list_stations'] })
  expect(running.stdout.filter((line) => line.includes('openapi_reload_failed'))).toHaveLength(1)
})
