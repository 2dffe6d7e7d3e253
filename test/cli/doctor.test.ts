import { describe, expect, test } from 'vitest'
import { run } from '../../cli/doctor/run.js'
import { recordingIo } from '../helpers/command-io.js'
import { useDeployments, writeEnv } from './doctor-support.js'

const start = useDeployments()

const CUSTOM = {
  MCP_AUTH0_CLIENT_ID: 'mcp-server-custom',
  MCP_AUTH0_CLIENT_SECRET: 'development-only-secret-of-the-custom-mcp-server',
  MCP_AUTH0_SUBJECT_TOKEN_TYPE: 'urn:fastmcp:mcp',
}

const afterThreeAttempts = {
  suspicious_ip_throttling: {
    stage: { 'pre-custom-token-exchange': { max_attempts: 3, rate: 600_000 } },
  },
}

describe('doctor on a healthy deployment', () => {
  test('finds nothing wrong, and says what only a token would show', async () => {
    const one = await start()
    const { code, findings, named } = await one.diagnose()
    const { output } = await one.read()
    expect(code).toBe(0)
    const open = [named('exchange'), named('api.call')]
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual(open)
    expect(open).toMatchObject([{ verdict: 'not_checkable' }, { verdict: 'not_checkable' }])
    expect(output).toContain('--token-stdin')
    expect(output).toContain(
      'Nothing is wrong as far as it was checked. Not checked: exchange, api.call.\n',
    )
  })

  test("with a user's token makes the whole exchange, calls the API, and shows both hops", async () => {
    const one = await start()
    const token = await one.tokenOf('alice')
    const { code, findings, hops } = await one.diagnose(token, '--call-api')
    const { code: readCode, output } = await one.read(token, '--call-api')
    expect(readCode).toBe(0)
    expect(code).toBe(0)
    expect(output).toMatch(/Nothing is wrong\.\n$/)
    expect(findings.every(({ verdict }) => verdict === 'ok')).toBe(true)
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['token.inbound', 'exchange.result', 'exchange.audience', 'api.call']),
    )
    expect(hops).toMatchObject([
      { aud: one.urls.mcp, sub: 'auth0|alice', actors: [] },
      {
        aud: one.urls.api,
        sub: 'auth0|alice',
        scope: 'read:private',
        actors: ['mcp-server', 'curl'],
      },
    ])
    expect(output).toContain('mcp-server <- curl')
  })

  test("never shows a token or a secret, and never sends the user's own token to the API", async () => {
    const seen: string[] = []
    const one = await start({
      api: (req, res) => {
        seen.push(req.headers.authorization ?? '')
        res.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end()
      },
    })
    const token = await one.tokenOf('alice')
    const { findings, hops } = await one.diagnose(token, '--call-api')
    const { output } = await one.read(token, '--call-api')
    const all = `${output}${JSON.stringify({ findings, hops })}`
    const shown = [token, ...seen.map((header) => header.replace('Bearer ', ''))]
      .filter((secret) => secret !== '')
      .concat('development-only-secret')
      .filter((secret) => all.includes(secret))
    expect(shown).toEqual([])
    expect(seen.length).toBeGreaterThan(2)
    expect(seen.filter((header) => header.includes(token))).toEqual([])
  })

  test('a user without roles is no fault of the deployment, and is told what to have', async () => {
    const one = await start()
    const { named } = await one.diagnose(await one.tokenOf('carol'))
    expect(named('token.inbound')?.verdict).toBe('ok')
    expect(named('token.tools')).toMatchObject({ verdict: 'ok' })
    expect(named('token.tools')?.hint).toContain(
      'greet needs a role with the permission tool:greet',
    )
  })

  test('Custom Token Exchange: asking so often does not lock the address out', async () => {
    const one = await start({
      environment: () => CUSTOM,
      directory: (regular) => ({ ...regular, attack_protection: afterThreeAttempts }),
    })
    for (let times = 0; times < 4; times += 1) {
      expect((await one.diagnose()).wrong()).toEqual([])
    }
    const { code, named } = await one.diagnose(await one.tokenOf('alice'))
    expect(named('exchange.result')?.verdict).toBe('ok')
    expect(code).toBe(0)
  })
})

describe('doctor and the place where things run', () => {
  test('settings that are missing are named one by one, and nothing else is tried', async () => {
    const one = await start()
    writeEnv(one.directory, { AUTH0_DOMAIN: 'example.eu.auth0.com', PORT: 'many' })
    const { code, findings, wrong } = await one.diagnose()
    expect(code).toBe(1)
    expect(new Set(wrong())).toEqual(new Set(['configuration']))
    const hints = findings.map(({ hint }) => hint).join('\n')
    for (const name of ['AUTH0_AUDIENCE', 'MCP_AUTH0_CLIENT_SECRET', 'API_BASE_URL', 'PORT']) {
      expect(hints).toContain(name)
    }
  })

  test('finds a server with public tools in order: it challenges whoever asks for anything else', async () => {
    const one = await start({ environment: () => ({ PUBLIC_TOOLS: 'get_datetime' }) })
    const { named } = await one.diagnose()
    expect(named('server.challenge')?.verdict).toBe('ok')
  })

  test('[B10] a misspelt setting in .env is a warning and no fault, and is named with the one it resembles', async () => {
    const one = await start({ environment: () => ({ RATE_LIMIT_PER_ADRESS: '7' }) })
    const { code, named } = await one.diagnose()
    expect(code).toBe(0)
    expect(named('settings_file')).toMatchObject({
      verdict: 'warning',
      message: 'RATE_LIMIT_PER_ADRESS: is no setting of this server.',
      hint: 'Did you mean RATE_LIMIT_PER_ADDRESS?',
    })
    const { output } = await one.read()
    expect(output).toMatch(/^WARN +settings_file: RATE_LIMIT_PER_ADRESS/)
    expect(output).toMatch(/as far as it was checked, with 1 warning\. Not checked: /)
  })

  test('an issuer without its slash', async () => {
    const one = await start({
      environment: ({ issuer }) => ({ ISSUER_BASE_URL: issuer.replace(/\/$/, '') }),
    })
    const { named } = await one.diagnose()
    expect(named('issuer.metadata')).toMatchObject({ verdict: 'wrong' })
    expect(named('issuer.metadata')?.message).toContain('trailing slash')
    expect(named('issuer.metadata')?.hint).toContain('ISSUER_BASE_URL')
  })

  test('an issuer that is down', async () => {
    const { code, named } = await (await start({ down: ['issuer'] })).diagnose()
    expect(code).toBe(1)
    expect(named('issuer.metadata')?.hint).toContain('ISSUER_BASE_URL')
    expect(named('token_endpoint')?.verdict).toBe('not_checkable')
  })

  test('an API that is down', async () => {
    const { wrong, named } = await (await start({ down: ['api'] })).diagnose()
    expect(wrong()).toEqual(['api.reachable'])
    expect(named('api.reachable')?.hint).toContain('API_BASE_URL')
  })

  test('an API without a lock', async () => {
    const one = await start({ api: (_req, res) => res.writeHead(200).end('{}') })
    const { wrong, named } = await one.diagnose()
    expect(wrong()).toEqual(['api.without_token'])
    expect(named('api.foreign_token')).toMatchObject({ waitsFor: 'api.without_token' })
    expect(named('api.without_token')?.hint).toContain('--api-path')
  })

  test('an API that believes every signature', async () => {
    const one = await start({
      api: (req, res) => res.writeHead(req.headers.authorization === undefined ? 401 : 200).end(),
    })
    const { wrong, named } = await one.diagnose()
    expect(wrong()).toEqual(['api.foreign_token'])
    expect(named('api.foreign_token')?.hint).toContain('signature, issuer and audience')
  })

  test('an API that fails where it should refuse', async () => {
    const one = await start({
      api: (req, res) => res.writeHead(req.headers.authorization === undefined ? 401 : 500).end(),
    })
    expect((await one.diagnose()).wrong()).toEqual(['api.foreign_token'])
  })

  test('a server that does not run is not checkable, and not wrong', async () => {
    const { code, named } = await (await start({ down: ['mcp'] })).diagnose()
    expect(code).toBe(0)
    expect(named('server.challenge')).toMatchObject({ verdict: 'not_checkable' })
    expect(named('server.challenge')?.hint).toContain('MCP_SERVER_URL')
  })

  test('a server that believes to be at another URL', async () => {
    const one = await start({
      running: () => ({
        MCP_SERVER_URL: 'https://mcp.example.com',
        ALLOWED_HOSTS: 'localhost',
      }),
    })
    const { wrong, named } = await one.diagnose()
    expect(wrong()).toEqual(['server.challenge'])
    expect(named('server.challenge')?.message).toContain('https://mcp.example.com/.well-known')
    expect(named('server.challenge')?.hint).toContain('set its MCP_SERVER_URL')
  })

  test('a server reached by a host that it does not know', async () => {
    const one = await start({ running: () => ({ MCP_SERVER_URL: 'https://mcp.example.com' }) })
    expect((await one.diagnose()).named('server.challenge')?.hint).toContain('ALLOWED_HOSTS')
  })

  test('clients that come by another URL than the settings say', async () => {
    const one = await start()
    const url = one.urls.mcp.replace('localhost', '127.0.0.1').replace(/\/mcp$/, '')
    const { wrong, named } = await one.diagnose(undefined, '--server-url', url)
    expect(wrong()).toContain('server.identifier')
    expect(named('server.identifier')?.hint).toContain('AUTH0_AUDIENCE')
  })

  test.each([
    ['AUTH0_AUDIENCE', ({ mcp }: { mcp: string }) => `${mcp}/`],
    ['ISSUER_BASE_URL', () => 'https://another.example.com/'],
  ] as const)('a running server with another %s', async (key, value) => {
    const one = await start({ running: (urls) => ({ [key]: value(urls) }) })
    const { wrong, named } = await one.diagnose()
    expect(wrong()).toEqual(['server.metadata'])
    expect(named('server.metadata')?.hint).toContain(key)
  })

  test('a clock that is wrong', async () => {
    const one = await start()
    const io = recordingIo({ directory: one.directory, clock: () => Date.now() + 120_000 })
    expect(await run([], io)).toBe(1)
    expect(io.output()).toMatch(/WRONG\s+clock: .* 1\d\d s ahead of/)
    expect(io.output()).toContain('NTP')
  })

  test('a token on the command line is refused and not repeated', async () => {
    const io = recordingIo({ directory: '.' })
    expect(await run(['--token', 'abcdefgh-a-token'], io)).toBe(2)
    expect(io.output()).toContain('--token-stdin')
    expect(io.output()).not.toContain('abcdefgh')
  })
})
