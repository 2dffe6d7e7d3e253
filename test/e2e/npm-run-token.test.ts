import { decodeJwt } from 'jose'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { loadDirectory, parseDirectory } from '../../apps/authorization-server/directory.js'
import { startDirectory } from '../../apps/development/start-directory.js'
import { startStack, type DevelopmentStack } from '../../apps/development/start-stack.js'
import { silentLog } from '../../src/logging/logger.js'
import { run, type Ran } from '../helpers/run.js'

const ROOT = resolve(import.meta.dirname, '../..')

describe('npm run token', () => {
  let stack: DevelopmentStack

  beforeAll(async () => {
    stack = await startStack({ ports: { authorizationServer: 0, api: 0, mcp: 0 }, log: silentLog })
  })

  afterAll(() => stack.close())

  const token = (...argv: readonly string[]): Promise<Ran> =>
    run(process.execPath, ['--import', 'tsx', 'apps/development/token.ts', ...argv], { cwd: ROOT })

  test('says what the authorization server says of a wrong resource, and no usage', async () => {
    const { issuer } = stack
    const at = ['--user', 'alice', '--issuer', issuer, '--resource', 'http://localhost:1/mcp']
    const { code, stdout, stderr } = await token(...at)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^The authorization server refused: invalid_target, [^\n]+[^.]\.\n$/)
  })

  test('asks for all scopes of the resource unless told otherwise, and says on standard error what was not granted', async () => {
    const text = JSON.stringify(loadDirectory()).replaceAll('tool:greet', 'note:write')
    const running = await startDirectory({
      directory: parseDirectory(JSON.parse(text)),
      ports: { authorizationServer: 0, api: 0, mcp: 0 },
    })
    onTestFinished(() => running.close())
    const { issuer, directory } = running
    const resource = directory.resource_servers[0]?.identifier ?? ''
    const at = (user: string, ...more: string[]) =>
      token('--user', user, '--issuer', issuer, '--resource', resource, ...more)
    const [alice, bob, misspelt] = await Promise.all([
      at('alice'),
      at('bob'),
      at('alice', '--scope', 'tool:whoami tool:gret'),
    ])
    const scopeOf = ({ stdout }: Ran) => String(decodeJwt(stdout.trim())['scope']).split(' ')
    expect(scopeOf(alice)).toEqual(expect.arrayContaining(['tool:whoami', 'note:write']))
    expect(alice.stderr).toBe('')
    expect(scopeOf(bob)).not.toContain('note:write')
    expect(bob.stderr).toBe(
      'Not granted: note:write write:bookings. bob has no role with that permission.\n',
    )
    expect(misspelt.stderr).toBe(
      `Not granted: tool:gret. ${resource} has no such scope. It has: tool:whoami note:write read:trips read:bookings write:bookings.\n`,
    )
  })

  test('answers a wrong command line by one line and exit code 2', async () => {
    const [missing, unknown] = await Promise.all([token(), token('--usr', 'alice')])
    expect(missing.stderr).toBe('--user is missing. See npm run --silent token -- --help.\n')
    expect(unknown.stderr).toMatch(/^There is no such option[^\n]+--help\.\n$/)
    expect([missing.code, unknown.code]).toEqual([2, 2])
  })
})
