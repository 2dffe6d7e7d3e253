import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { run } from '../../cli/doctor/run.js'
import { recordingIo } from '../helpers/command-io.js'
import { writeEnv } from './doctor-support.js'
import { mcpServer, settingsOf, useWorld, visit, type World } from './doctor-world.js'

let world: World

useWorld((opened) => {
  world = opened
})

/** What a person reads, with these settings and nothing else. */
async function readWith(
  settings: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly code: number; readonly output: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'doctor-'))
  try {
    writeEnv(directory, settings)
    const io = recordingIo({ directory })
    const code = await run([], io)
    return { code, output: io.output() }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

describe('doctor and the last hop', () => {
  test('[B1] a path of the API that does not exist is wrong, and both places to correct it are named', async () => {
    const { code, wrong, named } = await visit(world, {
      environment: { API_BASE_URL: `${world.api}/api` },
    })
    expect(wrong()).toEqual(['api.call'])
    expect(named('api.call')?.hint).toMatch(/path in API_BASE_URL.*--api-path/)
    expect(code).toBe(1)
  })

  test('[B1] a 401 at a path that does not exist is no proof of it, and says so', async () => {
    const { code, complete, notChecked, named } = await visit(world, {
      environment: { API_BASE_URL: `${world.api}/api` },
      withoutToken: true,
    })
    expect(code).toBe(0)
    expect(complete).toBe(false)
    expect(notChecked).toEqual(['exchange', 'api.call'])
    expect(named('api.reachable')?.message).toMatch(
      /^Something answers at .*\/api\/api\/private-scope/,
    )
    expect(named('api.call')?.hint).toMatch(/--token-stdin, and --call-api/)
  })

  test('[B1] a token without --call-api leaves the call open, and the report says how to make it', async () => {
    const { code, complete, notChecked, named } = await visit(world, { withoutCall: true })
    expect(code).toBe(0)
    expect([complete, notChecked]).toEqual([false, ['api.call']])
    expect(named('api.call')?.hint).toMatch(/^Give --call-api/)
  })

  test('[B1] only a report in which everything was seen to work is complete', async () => {
    const { code, complete, notChecked, findings } = await visit(world)
    expect([code, complete, notChecked]).toEqual([0, true, []])
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
  })
})

describe('doctor and what is refused by design', () => {
  test('[B7] a token that may use no tool that calls an API is not exchanged, and nothing is wrong', async () => {
    const { code, wrong, named, notChecked } = await visit(world, {
      claims: { scope: 'tool:whoami', permissions: ['tool:whoami'] },
    })
    expect([code, wrong()]).toEqual([0, []])
    expect(named('exchange')).toMatchObject({ verdict: 'not_checkable' })
    expect(named('exchange')?.message).toMatch(/by design, see token\.tools/)
    expect(notChecked).toEqual(expect.arrayContaining(['exchange', 'api.call']))
  })

  test('[B7] a chain of actors that the settings do not allow is refused by design, and nothing is wrong', async () => {
    const { code, wrong, named } = await visit(world, {
      environment: { DELEGATION_ALLOWED_ACTORS: 'another-client' },
      claims: { act: { sub: 'some-agent' } },
    })
    expect([code, wrong()]).toEqual([0, []])
    expect(named('exchange')?.message).toMatch(/^Refused by design/)
    expect(named('exchange')?.hint).toContain('DELEGATION_ALLOWED_ACTORS')
  })
})

describe('doctor and the settings', () => {
  test('[B8] where nothing is configured the first line says so, and what to do', async () => {
    const { code, output } = await readWith({})
    const [first = '', second = ''] = output.split('\n')
    expect(first).toMatch(/^WARN +configuration: Nothing is configured: npm start runs/)
    expect(second).toContain('copy .env.example to .env')
    expect(code).toBe(1)
  })

  test('[B8] under NODE_ENV=production it does not promise the development set-up', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const { output } = await readWith({})
    vi.unstubAllEnvs()
    expect(output).toMatch(/^WARN +configuration: Nothing is configured: NODE_ENV is production/)
  })

  test('[B9] a baseline scope that no tool asks for is a warning, and the scopes of the tools are named', async () => {
    const { code, findings } = await visit(world, {
      environment: { MCP_BASELINE_SCOPES: 'openid tool:whoami tool:a tool:b' },
      withoutToken: true,
    })
    expect(code).toBe(0)
    const found = findings.filter(({ verdict }) => verdict === 'warning')
    expect(found).toMatchObject([{ check: 'settings.baseline_scopes' }])
    expect(found[0]?.message).toContain('has tool:a tool:b, which')
    expect(found[0]?.hint).toContain('tool:whoami tool:greet')
  })

  test('[B9] a baseline scope that includes one of a tool is none to warn of', async () => {
    const { findings } = await visit(world, {
      environment: {
        MCP_BASELINE_SCOPES: 'tool:admin',
        SCOPE_HIERARCHY: 'tool:admin=tool:greet,tool:whoami',
      },
      withoutToken: true,
    })
    expect(findings.filter(({ verdict }) => verdict === 'warning')).toEqual([])
  })

  test.each(['', '/'])(
    '[case 13] a resource that is the origin of the endpoint (with "%s" behind it) works with SDK clients, and strict ones are named',
    async (slash) => {
      const resource = `${new URL(world.mcp).origin}${slash}`
      world.mcpResponder = mcpServer(() => ({ ...world, issuer: world.issuer.issuer, resource }))
      const { code, wrong, named } = await visit(world, {
        environment: { AUTH0_AUDIENCE: resource },
        claims: { aud: resource },
      })
      expect([code, wrong()]).toEqual([0, []])
      expect(named('server.identifier')?.verdict).toBe('warning')
      expect(named('server.identifier')?.message).toMatch(/SDK accept that, strict ones refuse/)
    },
  )
})

describe('doctor and the tokens of other authorization servers', () => {
  test('[case 9] the audience that came along is named, and account with the mapper that adds it', async () => {
    const { code, wrong, named } = await visit(world, {
      claims: { aud: [world.mcp, 'account', 'another-api'] },
    })
    expect([code, wrong()]).toEqual([1, ['token.inbound']])
    expect(named('token.inbound')?.hint).toMatch(/account and another-api/)
    expect(named('token.inbound')?.hint).toMatch(/"audience resolve" .* client scope roles/)
  })

  test('[case 12] a token audience that is no URL has a setting of its own, and the doctor follows it', async () => {
    const id = '11111111-2222-3333-4444-555555555555'
    const environment = { AUTH0_AUDIENCE: id }
    const before = await visit(world, { environment, claims: { aud: id } })
    expect(before.wrong()).toEqual(['server.identifier'])
    expect(before.named('server.identifier')?.hint).toContain('name that by TOKEN_AUDIENCE')
    const after = await visit(world, { environment: { TOKEN_AUDIENCE: id }, claims: { aud: id } })
    expect([after.code, after.complete, after.wrong()]).toEqual([0, true, []])
  })

  test('[case 12] with TOKEN_AUDIENCE a token for another audience is told which setting it is', async () => {
    const environment = { TOKEN_AUDIENCE: 'api://1111-2222' }
    const { wrong, named } = await visit(world, { environment })
    expect(wrong()).toEqual(['token.inbound'])
    expect(named('token.inbound')?.hint).toMatch(/^Make TOKEN_AUDIENCE and the identifier/)
  })

  test.each([undefined, ''])(
    '[case 11] a token with aud %j is told what has to be configured',
    async (aud) => {
      const { wrong, named } = await visit(world, { claims: { aud } })
      expect(wrong()).toEqual(['token.inbound'])
      expect(named('token.inbound')?.message).toMatch(/^audience_missing/)
      expect(named('token.inbound')?.hint).toMatch(
        /authorization server write AUTH0_AUDIENCE into aud/,
      )
    },
  )

  test('[case 9] without account nothing is said of Keycloak', async () => {
    const { named } = await visit(world, { claims: { aud: [world.mcp, 'another-api'] } })
    expect(named('token.inbound')?.hint).toContain('another-api')
    expect(named('token.inbound')?.hint).not.toContain('Keycloak')
  })
})

test('the settings of a healthy world are complete', async () => {
  expect((await readWith(settingsOf(world))).code).toBe(0)
})
