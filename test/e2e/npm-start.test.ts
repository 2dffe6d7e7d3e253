import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const MAIN = join(ROOT, 'apps/development/main.ts')
const TSX = pathToFileURL(join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

describe('npm start', () => {
  let directory: string
  let child: ChildProcessWithoutNullStreams | undefined

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'npm-start-'))
  })

  afterEach(async () => {
    child?.kill('SIGKILL')
    await rm(directory, { recursive: true })
  })

  const start = (
    environment: Record<string, string>,
    flags: readonly string[] = [],
  ): ChildProcessWithoutNullStreams => {
    child = spawn(process.execPath, [...flags, '--import', TSX, MAIN], {
      cwd: directory,
      env: { PATH: process.env['PATH'], ...environment },
    })
    return child
  }

  const ended = async (started: ChildProcessWithoutNullStreams): Promise<Ended> => {
    let [stdout, stderr] = ['', '']
    started.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    started.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const [code] = (await once(started, 'close')) as [number | null]
    return { code, stdout, stderr }
  }

  test('runs all three with nothing configured, says what to do next, and stops on Ctrl-C', async () => {
    const started = start({ PORT: '0', DEV_API_PORT: '0', DEV_AUTHORIZATION_SERVER_PORT: '0' })
    let text = ''
    const ready = new Promise<void>((resolveReady) => {
      started.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (text.includes('Ctrl-C stops')) resolveReady()
      })
    })
    await Promise.race([ready, once(started, 'close')])
    expect(text).toContain('@modelcontextprotocol/inspector@2 ')
    expect(text).toMatch(/how to connect +http:\/\/localhost:\d+\/ /)
    expect(text).toContain('"mcpServers"')
    const [, endpoint = ''] = /MCP server\s+(\S+)/.exec(text) ?? []
    const [, issuer = ''] = /authorization server\s+(\S+)/.exec(text) ?? []
    const [, api = ''] = /protected API\s+(\S+)/.exec(text) ?? []
    expect(text).toContain(`token -- --user alice --issuer ${issuer} --resource ${endpoint})\n`)
    expect((await fetch(endpoint, { method: 'POST' })).status).toBe(401)
    expect((await fetch(`${issuer}.well-known/openid-configuration`)).status).toBe(200)
    expect((await fetch(`${api}api/private-scope`)).status).toBe(401)
    const [, document = ''] = /each operation of (\S+)\.\n/.exec(text) ?? []
    expect(await (await fetch(document)).text()).toContain('operationId: listTrips')

    const over = ended(started)
    started.kill('SIGINT')
    expect((await over).code).toBe(0)
    await expect(fetch(endpoint, { method: 'POST' })).rejects.toThrow()
    await expect(fetch(issuer)).rejects.toThrow()
    await expect(fetch(api)).rejects.toThrow()
  })

  test('says which port is in use, and how to choose another', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    await writeFile(join(directory, '.env'), 'ALLOWED_HOST=mcp.internal\n')
    try {
      const { code, stdout, stderr } = await ended(
        start({
          ISSUER_BASE_URL: 'http://localhost:9/',
          AUTH0_AUDIENCE: `http://localhost:${port}/mcp`,
          MCP_AUTH0_CLIENT_ID: 'mcp-server',
          MCP_AUTH0_CLIENT_SECRET: 'secret-of-the-mcp-server',
          API_AUTH0_AUDIENCE: 'https://api.example/',
          API_BASE_URL: 'https://api.example/',
          PORT: `${port}`,
        }),
      )
      expect(code).toBe(1)
      expect(stdout).toContain('"name":"ALLOWED_HOST","nearest":"ALLOWED_HOSTS"')
      expect(stderr).toContain(`Port ${port} is in use. Stop what listens there, or set PORT.\n`)
    } finally {
      taken.close()
    }
  })

  test('names a misspelt setting of .env, and none of the process', async () => {
    await writeFile(join(directory, '.env'), 'RATE_LIMIT_PER_ADRESS=7\nLOG_LEVEL=warn\n')
    const started = start({
      ...{ PORT: '0', DEV_API_PORT: '0', DEV_AUTHORIZATION_SERVER_PORT: '0', LOG_LEVLE: 'info' },
    })
    const over = ended(started)
    let text = ''
    started.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('Ctrl-C stops')) started.kill('SIGINT')
    })
    const lines = (await over).stdout.split('\n').filter((line) => line.includes('unknown_setting'))
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'warn', name: 'RATE_LIMIT_PER_ADRESS', nearest: 'RATE_LIMIT_PER_ADDRESS' },
    ])
  })

  test('under NODE_ENV=production it names every missing setting and ends', async () => {
    const { code, stdout, stderr } = await ended(start({ NODE_ENV: 'production' }))
    expect(code).toBe(1)
    expect(stdout).toBe('')
    for (const key of [
      'AUTH0_DOMAIN',
      'AUTH0_AUDIENCE',
      'MCP_AUTH0_CLIENT_ID',
      'MCP_AUTH0_CLIENT_SECRET',
      'API_AUTH0_AUDIENCE',
      'API_BASE_URL',
    ]) {
      expect(stderr).toContain(`${key}: is missing`)
    }
  })

  test('a half-done configuration does not start the development servers either', async () => {
    const { code, stderr } = await ended(start({ AUTH0_DOMAIN: 'example.eu.auth0.com' }))
    expect(code).toBe(1)
    expect(stderr).toContain('AUTH0_AUDIENCE: is missing')
    expect(stderr).not.toContain('AUTH0_DOMAIN: is missing')
  })

  test('a library that is not installed is named with the command that installs it', async () => {
    const { code, stderr } = await ended(
      start({
        AUTH0_DOMAIN: 'example.eu.auth0.com',
        AUTH0_AUDIENCE: 'http://localhost:3001/',
        MCP_AUTH0_CLIENT_ID: 'id',
        MCP_AUTH0_CLIENT_SECRET: 'the-secret',
        API_AUTH0_AUDIENCE: 'http://localhost:8787/',
        API_BASE_URL: 'http://localhost:8787',
        EXCHANGE_CLIENT: 'auth0-api-js',
      }),
    )
    expect(code).toBe(1)
    expect(stderr).toContain('npm install @auth0/auth0-api-js')
  })

  test('[B13] with settings, in a terminal, one line says to people where it listens', async () => {
    await writeFile(join(directory, '.env'), `${QUICKSTART}\n`)
    const terminal = `Object.assign(process.stdout, { isTTY: true, hasColors: () => false })`
    const started = start({ PORT: '0' }, ['--import', `data:text/javascript,${terminal}`])
    const over = ended(started)
    started.stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes('page at')) started.kill('SIGTERM')
    })
    const lines = (await over).stdout.split('\n')
    expect(lines).toContain(
      'Listening on http://localhost:3001/mcp, page at http://localhost:3001/',
    )
  })

  test('with nothing configured it does not open itself to other machines', async () => {
    const { code, stderr } = await ended(start({ HOST: '0.0.0.0' }))
    expect(code).toBe(1)
    expect(stderr).toContain('HOST="0.0.0.0"')
  })

  test.each([
    ['On-Behalf-Of', 'MCP_AUTH0_EXCHANGE_SCOPE="openid offline_access read:private"', []],
    [
      'Custom Token Exchange',
      'MCP_AUTH0_SUBJECT_TOKEN_TYPE="urn:fastmcp:mcp"\nMCP_AUTH0_EXCHANGE_SCOPE="read:tasks"',
      ['greet'],
    ],
  ])(
    "[B3] the .env of Auth0's quickstart for %s starts the server, and what it does not offer is logged",
    async (_name, scopes, missing) => {
      await writeFile(join(directory, '.env'), `${QUICKSTART}${scopes}\n`)
      const started = start({ PORT: '0' })
      const over = ended(started)
      const listening = new Promise<void>((resolveListening) => {
        let text = ''
        started.stdout.on('data', (chunk: Buffer) => {
          text += chunk.toString()
          if (text.includes('"listening"')) resolveListening()
        })
      })
      await Promise.race([listening, over])
      started.kill('SIGTERM')
      const { code, stdout, stderr } = await over
      expect([code, stderr]).toEqual([0, ''])
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as LogLine)
      const withheld = lines.filter(({ event }) => event === 'tool_not_offered')
      expect(withheld.map(({ tool }) => tool)).toEqual(missing)
      for (const { level, hint } of withheld) {
        expect(level).toBe('warn')
        expect(hint).toMatch(/greet .*MCP_AUTH0_EXCHANGE_SCOPE lacks read:private/)
      }
      expect(stdout).not.toContain('the-secret')
    },
  )
})

interface LogLine {
  readonly level: string
  readonly event: string
  readonly tool?: string
  readonly hint?: string
}

/** As published, with tenant and client filled in; the two differ in what follows. */
const QUICKSTART = `# Auth0 tenant domain
AUTH0_DOMAIN=example.eu.auth0.com

# Auth0 API Identifier
AUTH0_AUDIENCE=http://localhost:3001/

# Server port
PORT=3001

# MCP server URL
MCP_SERVER_URL=http://localhost:3001

# MCP Auth0 client credentials and configuration
MCP_AUTH0_CLIENT_ID=Zk3bN0aXQpV1mCtRk2WzE5yL8sUdJh7f
MCP_AUTH0_CLIENT_SECRET=the-secret

# Upstream API configuration
API_AUTH0_AUDIENCE=http://localhost:8787/
API_BASE_URL=http://localhost:8787/
`
