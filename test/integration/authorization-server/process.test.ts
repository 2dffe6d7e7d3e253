import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { signIn } from '../../../apps/development/sign-in.js'
import { runWell } from '../../helpers/run.js'
import {
  accessTokenOf,
  authorizationRequest,
  decode,
  exchangeForm,
  obtainAccessToken,
  obtainTokens,
  postToken,
  get,
} from './support.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const MAIN = fileURLToPath(new URL('../../../apps/authorization-server/main.ts', import.meta.url))

interface Run {
  readonly process: ChildProcess
  readonly output: { stdout: string; stderr: string }
}

function run(env: Readonly<Record<string, string>>): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  return { process: child, output }
}

/** Waits until the process says where it is; fails when it ends instead. */
async function addressOf({ process: child, output }: Run): Promise<string> {
  while (!output.stdout.includes('\n')) {
    if (child.exitCode !== null) throw new Error(output.stderr)
    await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')])
  }
  return /http:\/\/localhost:\d+\//.exec(output.stdout)?.[0] ?? ''
}

async function exitCodeOf({ process: child }: Run): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'close')
  return child.exitCode
}

/** On a Node that oidc-provider does not support, it writes a notice when it is loaded; it has no option against it. */
async function saidByTheLibrary(): Promise<string> {
  const { stderr } = await runWell(process.execPath, ['-e', "import('oidc-provider')"], {
    cwd: ROOT,
  })
  return stderr
}

describe('the authorization server as a process', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'the authorization server as a process serves, writes nothing to stderr but what oidc-provider itself says about this Node, and stops cleanly on %s',
    async (signal) => {
      const server = run({ PORT: '0' })
      const issuer = await addressOf(server)
      expect((await obtainTokens({ issuer }, 'alice')).status).toBe(200)
      const { url } = authorizationRequest({ issuer }, { client_id: 'nobody' })
      await expect(signIn({ authorizationUrl: url, username: 'alice' })).rejects.toThrow()

      server.process.kill(signal)
      expect(await exitCodeOf(server)).toBe(0)
      expect(server.output.stderr).toBe(await saidByTheLibrary())
      expect(server.output.stdout.trim().split('\n')).toHaveLength(1)
    },
  )

  it('the authorization server as a process does not start in production, and names every other fault as well', async () => {
    const server = run({ NODE_ENV: 'production', PORT: 'nine thousand', ISSUER: 'http://a' })
    expect(await exitCodeOf(server)).toBe(1)
    const { stderr } = server.output
    expect(stderr).toContain('NODE_ENV: is production')
    expect(stderr).toContain('DANGEROUSLY_ALLOW_DEVELOPMENT_SERVER_IN_PRODUCTION=true')
    expect(stderr).toContain('PORT: give a port number')
    expect(stderr).toContain('ISSUER: give a URL with a slash at the end')
    expect(stderr).not.toContain('    at ')
  })

  it('the authorization server as a process starts in production when told to with so many words, under the issuer it is given', async () => {
    const server = run({
      NODE_ENV: 'production',
      DANGEROUSLY_ALLOW_DEVELOPMENT_SERVER_IN_PRODUCTION: 'true',
      PORT: '0',
      ISSUER: 'http://localhost:1/',
    })
    expect(await addressOf(server)).toBe('http://localhost:1/')
    server.process.kill('SIGTERM')
    expect(await exitCodeOf(server)).toBe(0)
  })

  it.each(['0.0.0.0', '::'])(
    '[S14] the authorization server as a process does not open itself to other machines by HOST=%s, unless told to with so many words',
    async (HOST) => {
      const refused = run({ HOST, PORT: '0' })
      expect(await exitCodeOf(refused)).toBe(1)
      expect(refused.output.stderr).toContain('DANGEROUSLY_ALLOW_OTHER_MACHINES=true')
      const told = run({ HOST, PORT: '0', DANGEROUSLY_ALLOW_OTHER_MACHINES: 'true' })
      expect(await addressOf(told)).not.toBe('')
      told.process.kill('SIGTERM')
      expect(await exitCodeOf(told)).toBe(0)
    },
  )

  it('the authorization server as a process knows the MCP server and the API by other identifiers where AUTH0_AUDIENCE and API_AUTH0_AUDIENCE name them', async () => {
    const [mcp, api] = ['http://localhost:4001/mcp', 'http://localhost:4787/']
    const server = run({ PORT: '0', AUTH0_AUDIENCE: mcp, API_AUTH0_AUDIENCE: api })
    const issuer = await addressOf(server)
    const token = await obtainAccessToken({ issuer }, 'alice', { resource: mcp })
    const exchanged = await postToken({ issuer }, exchangeForm(token, { audience: api }))
    expect(decode(token).claims.aud).toBe(mcp)
    expect(decode(accessTokenOf(exchanged)).claims.aud).toBe(api)
    server.process.kill('SIGTERM')
    expect(await exitCodeOf(server)).toBe(0)
  })

  it('[A7] [B15] the authorization server as a process takes its users from DEV_DIRECTORY, and its page links to the server of MCP_SERVER_URL', async () => {
    const server = run({
      PORT: '0',
      DEV_DIRECTORY: fileURLToPath(
        new URL('../../../examples/development-directory.json', import.meta.url),
      ),
      MCP_SERVER_URL: 'http://localhost:3001',
    })
    const issuer = await addressOf(server)
    expect(server.output.stdout).toContain('users: dana, emil')
    const page = await get(issuer, { accept: 'text/html' })
    expect(page.text).toContain('<a href="http://localhost:3001/">')
    server.process.kill('SIGTERM')
    expect(await exitCodeOf(server)).toBe(0)
  })

  it('[A7] the authorization server as a process names the faults of a directory and does not start', async () => {
    const server = run({ PORT: '0', DEV_DIRECTORY: '/nowhere/directory.json' })
    expect(await exitCodeOf(server)).toBe(1)
    expect(server.output.stderr).toContain('/nowhere/directory.json cannot be used:')
    expect(server.output.stderr).not.toContain('    at ')
  })

  it('the authorization server as a process says so when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const server = run({ PORT: String(address.port) })
    expect(await exitCodeOf(server)).toBe(1)
    expect(server.output.stderr).toContain('EADDRINUSE')
    other.close()
  })
})
