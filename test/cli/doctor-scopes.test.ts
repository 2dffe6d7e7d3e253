import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { run as runTools } from '../../cli/tools/run.js'
import { recordingIo } from '../helpers/command-io.js'
import { answerWith } from '../helpers/exchange-answers.js'
import { oauth2Components } from '../integration/openapi/oauth2-components.js'
import { useDeployments, type Ailment, type Diagnosis } from './doctor-support.js'
import { useWorld, visit, type World } from './doctor-world.js'
import { api, ownGrant, serverApi } from './tenant-ailment.js'
import { openTenantWorld, type TenantWorld } from './tenant-world.js'

const directory = mkdtempSync(join(tmpdir(), 'documents-'))
afterAll(() => {
  rmSync(directory, { recursive: true })
})

function put(name: string, value: object): string {
  const path = join(directory, name)
  writeFileSync(path, JSON.stringify(value))
  return path
}

/** `ways`: what each of its alternatives needs. */
const operation = (operationId: string, ...ways: readonly (readonly string[])[]) => ({
  ...{ operationId, security: ways.map((scopes) => ({ OAuth2: scopes })) },
  responses: { 200: { description: 'Fine' } },
})

const TRIPS = put('trips.json', {
  openapi: '3.1.0',
  info: { title: 'Trips', version: '1' },
  paths: {
    '/trips': { get: operation('listTrips', ['read:trips']) },
    '/bookings': {
      get: operation('listBookings', ['read:bookings'], ['audit:bookings']),
      post: operation('book', ['write:bookings']),
    },
  },
  components: oauth2Components({
    'read:trips': 'See trips',
    'read:bookings': 'See bookings',
    'write:bookings': 'Book trips',
    'audit:bookings': 'See the bookings of everybody',
  }),
})
const READING = put('reading.json', { 'POST /bookings': { hidden: true } })
const ALL = 'read:trips read:bookings write:bookings'
const OPENAPI = ['--openapi', TRIPS]

const wrongOrWarned = ({ findings }: Diagnosis): readonly string[] =>
  findings
    .filter(({ verdict }) => verdict === 'wrong' || verdict === 'warning')
    .map(({ check, verdict, message }) => `${verdict} ${check}: ${message}`)

const row = ({ scopes }: Diagnosis, at: string, scope: string) =>
  scopes.find((one) => one['at'] === at && one['scope'] === scope)

/** The scopes that the exchanging client may have for the API. */
const granting = (...scope: string[]): Ailment => ({
  directory: (regular) => ({
    ...regular,
    client_grants: regular.client_grants.map((grant) =>
      'client_id' in grant && grant.client_id === 'mcp-server' ? { ...grant, scope } : grant,
    ),
  }),
})

describe('doctor --openapi and a token', () => {
  const start = useDeployments()

  test('a user with all scopes: nothing is wrong, and the comparison has the scopes that tools --scopes lists', async () => {
    const one = await start()
    const diagnosis = await one.diagnose(await one.tokenOf('alice', undefined, ALL), ...OPENAPI)
    expect(diagnosis.wrong()).toEqual([])
    expect(row(diagnosis, 'api', 'write:bookings')).toEqual({
      ...{ at: 'api', api: 'api', scope: 'write:bookings', tools: ['book'] },
      ...{ defined: null, granted: null, inToken: true },
    })
    const io = recordingIo({ directory })
    await runTools([...OPENAPI, '--scopes'], io)
    const listed = [...io.stdout().matchAll(/^ {2}(\S+) /gm)].map(([, scope]) => scope)
    expect(diagnosis.scopes.map((each) => each['scope'])).toEqual(listed)
  })

  test.each(['narrowed', 'refused'] as const)(
    'a scope that the exchange does not give is one fault that names its tools, where the rest is %s',
    async (partialGrant) => {
      const one = await start(granting('read:trips', 'read:bookings'))
      const token = await one.tokenOf('alice', undefined, ALL)
      Object.assign(one.authorizationServer.switches, { partialGrant })
      const diagnosis = await one.diagnose(token, ...OPENAPI)
      expect(diagnosis.wrong()).toEqual(['exchange.scopes'])
      expect(diagnosis.named('exchange.scopes')?.message).toMatch(
        /does not give this user write:bookings for http\S+: book would be refused/,
      )
      expect(diagnosis.named('exchange.result')?.verdict).toBe('ok')
      expect(row(diagnosis, 'api', 'write:bookings')?.['inToken']).toBe(false)
      expect(row(diagnosis, 'api', 'read:trips')?.['inToken']).toBe(true)
      expect(row(diagnosis, 'api', 'read:bookings')?.['inToken']).toBe(true)
    },
  )

  test('at Auth0, the fault names the command that makes the grant and the role', async () => {
    const one = await start({
      ...granting('read:trips', 'read:bookings'),
      environment: () => ({ IDENTITY_PROVIDER: 'auth0', EXCHANGE_CLIENT: 'rfc8693' }),
    })
    const diagnosis = await one.diagnose(await one.tokenOf('alice', undefined, ALL), ...OPENAPI)
    expect(diagnosis.named('exchange.scopes')?.hint).toContain(
      `mcp-on-behalf-of setup --openapi ${TRIPS} --role NAME`,
    )
  })

  test('what is not asked for because the token lacks the scope is not known, and no fault', async () => {
    const one = await start(granting('read:trips', 'read:bookings'))
    const diagnosis = await one.diagnose(await one.tokenOf('bob', undefined, ALL), ...OPENAPI)
    expect(diagnosis.wrong()).toEqual([])
    expect(row(diagnosis, 'server', 'write:bookings')?.['inToken']).toBe(false)
    expect(row(diagnosis, 'api', 'write:bookings')?.['inToken']).toBe(null)
    expect(diagnosis.named('token.tools')?.hint).toContain('book needs a role with the permission')
  })

  test('the curation counts: an operation that is left out needs nothing', async () => {
    const one = await start(granting('read:trips', 'read:bookings'))
    const argv = [...OPENAPI, '--curation', READING]
    const diagnosis = await one.diagnose(await one.tokenOf('alice', undefined, ALL), ...argv)
    expect(diagnosis.wrong()).toEqual([])
    expect(row(diagnosis, 'api', 'write:bookings')).toBeUndefined()
  })

  test('a person reads a table for each side', async () => {
    const one = await start()
    const { output } = await one.read(await one.tokenOf('alice', undefined, ALL), ...OPENAPI)
    expect(output).toContain('scopes of this server (granted: to third-party clients')
    expect(output).toContain('scopes of the API (granted: to the exchanging client')
    expect(output).toMatch(/scope +needed by +defined +granted +in the token/)
    expect(output).toMatch(/ {2}write:bookings +1 tool +\? +\? +yes/)
  })

  test('without a document there is no comparison', async () => {
    const one = await start()
    expect((await one.diagnose()).scopes).toEqual([])
  })

  test('a document that is faulty is a fault of the configuration; an overlay alone is no command line', async () => {
    const one = await start()
    const faulty = put('faulty.json', { swagger: '2.0' })
    const { wrong, findings } = await one.diagnose(undefined, '--openapi', faulty)
    expect(wrong()).toEqual(['configuration'])
    expect(findings[0]?.hint).toContain('Swagger 2.0')
    expect((await one.read(undefined, '--overlay', faulty)).code).toBe(2)
  })
})

describe('doctor --openapi and the metadata of the authorization server', () => {
  let world: World

  useWorld((opened) => {
    world = opened
  })

  const naming = async (...scopes: readonly string[]): Promise<Diagnosis> => {
    const { issuer } = world
    issuer.metadataResponder = (_req, res) => {
      answerWith(res, {
        ...{ issuer: issuer.issuer, jwks_uri: `${issuer.issuer}jwks` },
        token_endpoint: `${issuer.issuer}token`,
        scopes_supported: scopes,
      })
    }
    return visit(world, { withoutToken: true, argv: OPENAPI })
  }

  test('that names some of the scopes and not others warns of each side', async () => {
    const diagnosis = await naming('openid', 'read:trips', 'read:bookings', 'audit:bookings')
    const warned = diagnosis.findings.filter(({ check }) => check === 'issuer.scopes')
    expect(warned.map(({ verdict, message }) => `${verdict}: ${message}`)).toEqual([
      expect.stringMatching(/^warning: .*at this server, but not write:bookings \(book\)/),
      expect.stringMatching(/^warning: .*at the API, but not write:bookings \(book\)/),
    ])
    expect(row(diagnosis, 'api', 'write:bookings')?.['defined']).toBe(false)
  })

  test('that names none of them says nothing', async () => {
    const diagnosis = await naming('openid', 'profile')
    expect(diagnosis.named('issuer.scopes')).toBeUndefined()
    expect(row(diagnosis, 'api', 'write:bookings')?.['defined']).toBe(null)
  })
})

describe('doctor --openapi and a tenant', () => {
  let world: TenantWorld

  beforeAll(async () => {
    world = await openTenantWorld('on-behalf-of')
  })
  afterEach(() => {
    world.restore()
  })
  afterAll(() => world.close())

  // The setup of the demonstration lets an exchange ask for its own scope alone.
  const environment = { MCP_AUTH0_EXCHANGE_SCOPE: '' }
  const diagnose = () => world.diagnose({ argv: OPENAPI, environment })
  const setUp = () => world.setUp('--force', ...OPENAPI)

  test('what the settings let no exchange ask for is one warning that names the setting', async () => {
    const diagnosis = await world.diagnose({ argv: OPENAPI })
    expect(wrongOrWarned(diagnosis)).toEqual([
      'warning configuration: Operations of a document are not offered as tools.',
    ])
    expect(diagnosis.named('configuration')?.verdict).toBe('ok')
    const hints = diagnosis.findings.map(({ hint = '' }) => hint)
    expect(hints).toContainEqual(expect.stringContaining('MCP_AUTH0_EXCHANGE_SCOPE'))
  })

  test('each place that lacks the scopes is one fault that names tools and command; after the command nothing is wrong', async () => {
    const before = await diagnose()
    expect(before.wrong()).toEqual([
      ...['tenant.server_api', 'tenant.api', 'tenant.client_grant', 'tenant.third_party_grant'],
    ])
    expect(before.named('tenant.api')?.message).toMatch(
      /\((?=.*book\b)(?=.*listBookings)(?=.*listTrips).*\)/,
    )
    for (const check of before.wrong()) {
      expect(before.named(check)?.hint).toContain(`mcp-on-behalf-of setup --openapi ${TRIPS}`)
    }
    expect((await setUp()).code).toBe(0)
    const after = await diagnose()
    expect(wrongOrWarned(after)).toEqual([])
    for (const each of after.scopes) {
      expect(each).toMatchObject({ defined: true, granted: true, inToken: null })
    }
  })

  test('what is missing for a second way to call a tool is a warning', async () => {
    await setUp()
    const { tenant } = world.server
    const without = (scopes: unknown): unknown[] =>
      (scopes as readonly (string | { readonly value: string })[]).filter(
        (one) => (typeof one === 'string' ? one : one.value) !== 'audit:bookings',
      )
    api(tenant)['scopes'] = without(api(tenant)['scopes'])
    ownGrant(tenant)['scope'] = without(ownGrant(tenant)['scope'])
    const diagnosis = await diagnose()
    expect(wrongOrWarned(diagnosis)).toEqual([
      expect.stringMatching(/^warning tenant\.api: .*audit:bookings, by which.*\(listBookings\)/),
      expect.stringMatching(/^warning tenant\.client_grant: .*audit:bookings, by which/),
    ])
  })

  test('an API that is not there leaves its scopes unknown', async () => {
    await setUp()
    const { tenant } = world.server
    tenant.resourceServers.splice(tenant.resourceServers.indexOf(serverApi(tenant)), 1)
    const diagnosis = await diagnose()
    expect(row(diagnosis, 'server', 'read:trips')).toMatchObject({ defined: null, granted: null })
    expect(row(diagnosis, 'api', 'read:trips')).toMatchObject({ defined: true, granted: true })
  })
})
