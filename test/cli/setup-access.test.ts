import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { run } from '../../cli/setup/run.js'
import { recordingIo } from '../helpers/command-io.js'
import { rateLimited } from '../../apps/authorization-server/testing/management/management-api.js'
import { API, useBench } from './setup-support.js'

const used = useBench()

describe('setup and its access to the tenant', () => {
  test.each([
    ['--token', 'abc'],
    ['--token=abc'],
    ['--client-secret', 'abc'],
    ['--management-token=abc'],
    ['--domain', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.'],
  ])('refuses a secret on the command line: %s', async (...argv) => {
    const io = recordingIo({ directory: used.bench.directory, fetch: used.standIn.fetch })
    expect(await run(argv, io)).toBe(2)
    expect(io.output()).toContain('does not belong on a command line')
    expect(io.output()).toContain('AUTH0_MANAGEMENT_TOKEN')
    expect(io.output()).not.toMatch(/abc|eyJhbGci/)
    expect(used.standIn.requests).toEqual([])
  })

  test('words that stand nowhere are refused without being quoted', async () => {
    const io = recordingIo({ directory: used.bench.directory, fetch: used.standIn.fetch })
    expect(await run(['a-secret-gone-astray'], io)).toBe(2)
    expect(io.output()).not.toContain('astray')
  })

  test.each(['stdin', 'file', 'machine client', 'secret file'])(
    'takes it from %s',
    async (from) => {
      const { id, secret } = used.standIn.machineClient
      const file = `${used.bench.directory}/token`
      writeFileSync(file, `${from === 'file' ? used.standIn.token : secret}\n`)
      const environment = {
        stdin: {},
        file: {},
        'machine client': {
          AUTH0_MANAGEMENT_CLIENT_ID: id,
          AUTH0_MANAGEMENT_CLIENT_SECRET: secret,
        },
        'secret file': {
          AUTH0_MANAGEMENT_CLIENT_ID: id,
          AUTH0_MANAGEMENT_CLIENT_SECRET_FILE: file,
        },
      }[from]
      const io = recordingIo({
        ...{
          directory: used.bench.directory,
          fetch: used.standIn.fetch,
          stdin: `${used.standIn.token}\n`,
        },
        environment: environment ?? {},
      })
      const flags = { stdin: ['--token-stdin'], file: ['--token-file', 'token'] }[from] ?? []
      const argv = ['--domain', used.standIn.domain, '--api-identifier', API, '--dry-run', ...flags]
      expect(await run(argv, io)).toBe(0)
    },
  )

  test('without any access it says where access comes from', async () => {
    const io = recordingIo({ directory: used.bench.directory, fetch: used.standIn.fetch })
    expect(await run(['--domain', used.standIn.domain, '--api-identifier', API], io)).toBe(2)
    expect(io.output()).toContain('AUTH0_MANAGEMENT_CLIENT_ID')
  })

  test('a machine client with a wrong secret is told what to check', async () => {
    const environment = {
      AUTH0_MANAGEMENT_CLIENT_ID: used.standIn.machineClient.id,
      AUTH0_MANAGEMENT_CLIENT_SECRET: 'not-the-machine-secret',
    }
    const io = recordingIo({
      directory: used.bench.directory,
      fetch: used.standIn.fetch,
      environment,
    })
    expect(await run(['--domain', used.standIn.domain, '--api-identifier', API], io)).toBe(1)
    expect(io.output()).toContain('POST /oauth/token was answered 401 access_denied')
    expect(io.output()).toContain('Check AUTH0_MANAGEMENT_CLIENT_ID')
    expect(io.output()).not.toContain('not-the-machine-secret')
  })

  test('a redirect is not followed: the token goes to the tenant alone', async () => {
    used.standIn.intercept = ({ path }, res) => {
      if (path !== '/api/v2/tenants/settings') return false
      res.writeHead(302, { Location: `https://${used.standIn.domain}/elsewhere` }).end()
      return true
    }
    const { code, io } = await used.bench.setup('--yes')
    expect(code).toBe(1)
    expect(io.output()).toContain('was answered 302')
    expect(used.standIn.requests.map(({ path }) => path)).not.toContain('/elsewhere')
  })

  test('rate limits are waited out, for as long as the header says and at most a minute', async () => {
    let limited = 2
    used.standIn.intercept = (_seen, res) => {
      if (limited === 0) return false
      limited -= 1
      rateLimited(res, Math.floor(Date.now() / 1_000) + (limited === 1 ? 50 : 86_400))
      return true
    }
    const { code, io } = await used.bench.setup('--yes')
    expect(code).toBe(0)
    expect(io.waits[0]).toBeGreaterThan(5_000)
    expect(io.waits[0]).toBeLessThanOrEqual(50_000)
    expect(io.waits[1]).toBe(60_000)
  })

  test('a rate limit before every single write is waited out, and nothing is doubled', async () => {
    const argv = ['--yes', '--profile', 'custom-token-exchange', '--roles', 'quickstart']
    let isLimited = false
    used.standIn.intercept = ({ method }, res) => {
      isLimited = method !== 'GET' && !isLimited
      if (isLimited) rateLimited(res, 0)
      return isLimited
    }
    const { code, io } = await used.bench.setup(...argv)
    expect(code).toBe(0)
    expect(io.waits.length).toBeGreaterThan(12)
    const { clients, actions, tokenExchangeProfiles, roles, clientGrants } = used.standIn.tenant
    const made = [clients, actions, tokenExchangeProfiles, roles, clientGrants]
    expect(made.map(({ length }) => length)).toEqual([1, 1, 1, 2, 2])
    used.standIn.intercept = undefined
    expect((await used.bench.setup('--dry-run', ...argv.slice(1))).io.output()).toContain(
      'Everything is in line.',
    )
  })

  test('a rate limit without end is given up', async () => {
    used.standIn.intercept = (_seen, res) => {
      rateLimited(res, 0)
      return true
    }
    const { code, io } = await used.bench.setup('--yes')
    expect(code).toBe(1)
    expect(io.waits).toHaveLength(6)
    expect(io.output()).toContain('429')
    expect(io.output()).toContain('Wait a minute')
  })
})
