import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import type { Readable } from 'node:stream'
import { afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { createAuthorizationServer } from '../../apps/authorization-server/authorization-server.js'
import { loadDirectory, withIdentifiers } from '../../apps/authorization-server/directory.js'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { SETTINGS } from '../../src/config/settings.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { run, runWell } from '../helpers/run.js'

const consumer = inject('consumer')

test('installing the package warns of nothing', () => {
  const { code, stdout, stderr } = inject('installed')
  expect(`${stdout}${stderr}`).not.toMatch(/npm (?:warn|error)/i)
  expect(code).toBe(0)
})

test('nothing of the development set-up is installed with it', async () => {
  const { stdout } = await runWell('npm', ['ls', '--all', '--parseable'], { cwd: consumer })
  for (const name of ['oidc-provider', 'tsx', 'vitest', '@modelcontextprotocol/client']) {
    expect(stdout).not.toMatch(new RegExp(`/node_modules/${name}$`, 'm'))
  }
  const copies = stdout.split('\n').filter((line) => line.endsWith('/@modelcontextprotocol/server'))
  expect(copies).toHaveLength(1)
})

describe('a strict TypeScript project that mounts the library', () => {
  let servers: ListeningServer[] = []
  let program: ChildProcessByStdio<null, Readable, Readable> | undefined

  beforeAll(async () => {
    await runWell('npx', ['tsc'], { cwd: consumer })
  })

  afterEach(async () => {
    program?.kill('SIGKILL')
    await Promise.all(servers.map((server) => server.close()))
    servers = []
  })

  test.each([
    ['mcp-on-behalf-of'],
    ['mcp-on-behalf-of/errors'],
    ['mcp-on-behalf-of/metrics'],
    ['mcp-on-behalf-of/openapi'],
    ['mcp-on-behalf-of/revocation'],
    ['mcp-on-behalf-of/server'],
  ])('importing %s starts nothing and reads no environment', async (path) => {
    const { stdout } = await runWell(
      process.execPath,
      ['out/test/package/consumer/say-what-import-does.js', path],
      { cwd: consumer },
    )
    const said = JSON.parse(stdout) as {
      readonly reads: readonly { readonly key: string; readonly reader: string }[]
      readonly resources: readonly string[]
    }
    expect(said.resources).toEqual([])
    expect(said.reads.filter(({ reader }) => reader.includes('/mcp-on-behalf-of/'))).toEqual([])
    const settings = new Set(Object.keys(SETTINGS))
    expect(said.reads.filter(({ key }) => settings.has(key))).toEqual([])
  })

  test('calls the API as the signed-in user, for a client of the official SDK', async () => {
    const listen = (): Promise<ListeningServer> =>
      serve({ host: '127.0.0.1', port: 0, drainMs: 100 })
    const [authorizationServer, api] = [await listen(), await listen()]
    servers = [authorizationServer, api]
    const issuer = `http://localhost:${authorizationServer.port}/`
    const apiUrl = `http://localhost:${api.port}/`
    const clientId = 'mcp-server'
    const secret = loadDirectory().clients.find(({ client_id }) => client_id === clientId)

    program = spawn(process.execPath, ['out/test/package/consumer/start.js'], {
      cwd: consumer,
      env: {
        ...{ PATH: process.env['PATH'], ISSUER: issuer, API_URL: apiUrl },
        ...{ CLIENT_ID: clientId, CLIENT_SECRET: secret?.client_secret },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = once(program, 'close')
    const endpoint = new URL(await firstLine(program))
    const directory = withIdentifiers(loadDirectory(), { mcp: endpoint.href, api: apiUrl })
    authorizationServer.attach((await createAuthorizationServer({ issuer, directory })).handler)
    api.attach(createDownstreamApi({ issuer, audience: apiUrl }))

    const session = await connectAs({ endpoint, username: 'alice' })
    const answer = await session.client.callTool({ name: 'greet', arguments: { name: 'A' } })
    expect(answer).toMatchObject({ content: [{ text: 'Hello A, auth0|alice' }] })
    await session.close()

    program.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })
})

test('a path that the package does not have cannot be imported', async () => {
  const script = "await import('mcp-on-behalf-of/dist/src/config/config.js')"
  const { code, stderr } = await run(process.execPath, ['--input-type=module', '-e', script], {
    cwd: consumer,
  })
  expect(code).toBe(1)
  expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED')
})

async function firstLine({
  stdout,
  stderr,
}: {
  readonly stdout: Readable
  readonly stderr: Readable
}): Promise<string> {
  let complaint = ''
  stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  for await (const line of createInterface({ input: stdout })) return line
  throw new Error(`the program said nothing: ${complaint}`)
}
