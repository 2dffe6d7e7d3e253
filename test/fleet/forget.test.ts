import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { run } from '../../cli/forget/run.js'
import { recordingIo } from '../helpers/command-io.js'
import { API_AUDIENCE, CLIENT_ID, CLIENT_SECRET } from '../helpers/exchange-answers.js'
import { callTool } from '../helpers/mcp-requests.js'
import type { TestServer } from '../helpers/start-mcp-server.js'
import { postTo, PUBLIC_URL, startFleet, STORE_KEY, type Fleet } from './helpers/start-fleet.js'

async function forget({ issuer, storeUrl }: Fleet, argv: readonly string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'forget-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true })
  })
  const settings = {
    ...{ ISSUER_BASE_URL: issuer.issuer, AUTH0_AUDIENCE: PUBLIC_URL },
    ...{ MCP_SERVER_URL: new URL(PUBLIC_URL).origin, API_AUTH0_AUDIENCE: API_AUDIENCE },
    ...{ MCP_AUTH0_CLIENT_ID: CLIENT_ID, MCP_AUTH0_CLIENT_SECRET: CLIENT_SECRET },
    ...{ API_BASE_URL: 'https://api.example', STORE_URL: storeUrl, STORE_KEY, INSTANCES: '2' },
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(join(directory, '.env'), lines.join(''))
  const io = recordingIo({ directory, wait: (delayMs) => setTimeout(delayMs) })
  return { code: await run(argv, io), output: io.output() }
}

const whoami = async (server: TestServer, token: string): Promise<number> =>
  (await postTo(server, callTool('whoami'), { token })).status

test('forget signs a user out of all instances, and nobody else', async () => {
  const fleet = await startFleet()
  const { first, second, mint } = fleet
  const [alice, bob] = [await mint(), await mint({ sub: 'auth0|bob' })]
  for (const server of [first, second]) {
    expect([await whoami(server, alice), await whoami(server, bob)]).toEqual([200, 200])
  }
  const { code, output } = await forget(fleet, ['--user', 'auth0|alice'])
  expect(output).toMatch(/^Signed out: the user auth0\|alice, in all sessions of http/)
  expect(code).toBe(0)
  for (const server of [first, second]) {
    await vi.waitUntil(async () => (await whoami(server, alice)) === 401, { timeout: 60_000 })
    expect(await whoami(server, bob)).toBe(200)
  }
})

test('forget signs one session out', async () => {
  const fleet = await startFleet()
  const { first, second, mint } = fleet
  const [one, other] = [await mint({ sid: 's-1' }), await mint({ sid: 's-2' })]
  const { code } = await forget(fleet, ['--session', 's-1', '--issuer', fleet.issuer.issuer])
  expect(code).toBe(0)
  for (const server of [first, second]) {
    await vi.waitUntil(async () => (await whoami(server, one)) === 401, { timeout: 60_000 })
    expect(await whoami(server, other)).toBe(200)
  }
})
