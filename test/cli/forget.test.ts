import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../../cli/forget/run.js'
import { recordingIo } from '../helpers/command-io.js'
import { LEAST } from '../helpers/least-settings.js'

const STORE = {
  // Nothing listens there.
  STORE_URL: 'redis://127.0.0.1:1',
  STORE_KEY: Buffer.alloc(32, 7).toString('base64'),
  INSTANCES: '2',
}

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'forget-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

async function forget(argv: readonly string[], settings: Readonly<Record<string, string>> = LEAST) {
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(join(directory, '.env'), lines.join(''))
  let nowMs = Date.now()
  // Each wait takes a second of the command's own clock, so that it gives up at once.
  const wait = (): Promise<void> => {
    nowMs += 1_000
    return Promise.resolve()
  }
  const io = recordingIo({ directory, clock: () => nowMs, wait })
  return { code: await run(argv, io), output: io.output() }
}

describe('forget', () => {
  test('says what it does', async () => {
    const { code, output } = await forget(['--help'])
    expect(code).toBe(0)
    expect(output).toContain('--user')
  })

  test.each([
    [[], /--user SUB, or --session SID/],
    [['--user', ''], /--user is empty/],
    [['--user', 'a', '--session', ' '], /--session is empty/],
    [['--usr', 'a'], /no option --usr/],
    [['--user', 'a', '--issuer', 'https://other.example/'], /none whose tokens.*issuer\.example/],
    [['--token', 'a'], /does not belong on a command line/],
  ])('refuses %j', async (argv, text) => {
    const { code, output } = await forget(argv)
    expect(code).toBe(2)
    expect(output).toMatch(text)
  })

  test('wants to know which of several issuers is meant', async () => {
    const settings = { ...LEAST, ADDITIONAL_ISSUERS: 'https://second.example/' }
    const { code, output } = await forget(['--user', 'a'], {
      ...settings,
      DANGEROUSLY_SHARE_CLIENT_SECRET: 'true',
    })
    expect(code).toBe(2)
    expect(output).toMatch(/--issuer: https:\/\/issuer.example\/, https:\/\/second.example\//)
  })

  test('says what to do where there is no store', async () => {
    const { code, output } = await forget(['--user', 'a'])
    expect(code).toBe(1)
    expect(output).toMatch(/no store[\s\S]*BACKCHANNEL_LOGOUT_CLIENTS[\s\S]*restart/)
  })

  test('signs nobody out where the store cannot be had, and says so', async () => {
    const { code, output } = await forget(['--user', 'a'], { ...LEAST, ...STORE })
    expect(code).toBe(1)
    expect(output).toMatch(/cannot be had, and nobody is signed out/)
  })

  test('names faulty settings', async () => {
    const { code, output } = await forget(['--user', 'a'], { ...LEAST, TOKEN_LIFE_HOURS: 'long' })
    expect(code).toBe(1)
    expect(output).toContain('TOKEN_LIFE_HOURS')
  })
})
