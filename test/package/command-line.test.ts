import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { run, type Ran } from '../helpers/run.js'

const consumer = inject('consumer')
const PATH = process.env['PATH']
const SECRET = 'a-secret-that-nothing-shows'

const manifest = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string }

const npx = (...argv: string[]): Promise<Ran> =>
  run('npx', ['--no-install', 'mcp-on-behalf-of', ...argv], {
    cwd: consumer,
    env: { PATH, HOME: process.env['HOME'] },
  })

describe('npx mcp-on-behalf-of', () => {
  let child: ChildProcess | undefined

  afterEach(() => {
    child?.kill('SIGKILL')
  })

  test('--version is the version of the package', async () => {
    expect(await npx('--version')).toMatchObject({ code: 0, stdout: `${manifest.version}\n` })
  })

  test('--help names every command', async () => {
    const { code, stdout } = await npx('--help')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}serve +runs the MCP server/m)
  })

  test('an unknown command is named, with those there are', async () => {
    const { code, stderr } = await npx('server')
    expect(code).toBe(2)
    expect(stderr).toContain('no command "server". The commands are: serve')
  })

  test('serve names every fault of a configuration at once', async () => {
    const { code, stdout, stderr } = await run(
      join(consumer, 'node_modules/.bin/mcp-on-behalf-of'),
      ['serve'],
      {
        cwd: consumer,
        env: {
          PATH,
          PORT: 'x',
          API_BASE_URL: 'http://api.example',
          MCP_AUTH0_CLIENT_SECRET: SECRET,
        },
      },
    )
    expect(code).toBe(1)
    expect(stdout).toBe('')
    for (const fault of [
      'PORT="x"',
      'AUTH0_DOMAIN: is missing',
      'AUTH0_AUDIENCE: is missing',
      'MCP_AUTH0_CLIENT_ID: is missing',
      'API_AUTH0_AUDIENCE: is missing',
      'API_BASE_URL="http://api.example"',
    ]) {
      expect(stderr).toContain(fault)
    }
    expect(stderr).not.toContain(SECRET)
  })

  test('serve listens, asks for a token, and stops on SIGTERM', async () => {
    const started = spawn(join(consumer, 'node_modules/.bin/mcp-on-behalf-of'), ['serve'], {
      cwd: consumer,
      env: {
        ...{ PATH, PORT: '0', MCP_SERVER_URL: 'http://localhost:3001' },
        ...{ AUTH0_DOMAIN: 'example.eu.auth0.com', AUTH0_AUDIENCE: 'http://localhost:3001/' },
        ...{ MCP_AUTH0_CLIENT_ID: 'some-client', MCP_AUTH0_CLIENT_SECRET: SECRET },
        ...{ API_AUTH0_AUDIENCE: 'https://api.example/', API_BASE_URL: 'https://api.example' },
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child = started
    const ended = once(started, 'close')
    const lines: string[] = []
    const log = createInterface({ input: started.stdout })
    const listening = new Promise<{ readonly port: number }>((resolve, reject) => {
      log.on('line', (line) => {
        lines.push(line)
        const entry = JSON.parse(line) as { readonly event: string; readonly port: number }
        if (entry.event === 'listening') resolve(entry)
      })
      started.once('close', () => {
        reject(new Error('serve ended'))
      })
    })
    const { port } = await listening
    const { status, headers } = await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST' })
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toContain(
      'resource_metadata="http://localhost:3001/.well-known/oauth-protected-resource/mcp"',
    )
    started.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(lines.join('\n')).not.toContain(SECRET)
  })
})
