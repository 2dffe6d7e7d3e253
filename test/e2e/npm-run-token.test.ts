import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

  test('shows the usage where the command line is wrong', async () => {
    const [missing, unknown] = await Promise.all([token(), token('--usr', 'alice')])
    expect(missing.stderr).toMatch(/^--user is missing\.\n\nUsage: /)
    expect(unknown.stderr).toMatch(/--usr[^]*Usage: /)
    expect([missing.code, unknown.code]).toEqual([1, 1])
  })
})
