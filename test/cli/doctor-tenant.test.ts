import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ALL_SCOPES } from '../../apps/authorization-server/testing/management/management-api.js'
import type { Diagnosis } from './doctor-support.js'
import { OF_THE_API, OF_THE_SERVERS_API, OF_THE_SETTINGS } from './tenant-ailments-apis.js'
import { OF_THE_CLIENT, OF_THE_GRANTS, OF_THE_PROFILE } from './tenant-ailments-clients.js'
import { OF_THE_PAGE } from './tenant-ailments-page.js'
import type { TenantAilment } from './tenant-ailment.js'
import { API, openTenantWorld, type TenantWorld } from './tenant-world.js'

/** What the doctor says is wrong, or probably not meant. */
function faults({ findings }: Diagnosis): readonly string[] {
  return findings
    .filter(({ verdict }) => verdict === 'wrong' || verdict === 'warning')
    .map(({ check, verdict, message }) => `${verdict} ${check}: ${message}`)
}

async function expectFault(world: TenantWorld, ailment: TenantAilment): Promise<void> {
  const { check, verdict = 'wrong', message, hint, environment } = ailment
  ailment.ail(world.server.tenant)
  const sick = await world.diagnose({ environment })
  expect(faults(sick)).toEqual([expect.stringContaining(`${verdict} ${check}: `)])
  const finding = sick.findings.find((one) => one.check === check)
  expect(finding?.message).toMatch(message)
  expect(finding?.hint).toMatch(hint)
  expect(sick.code).toBe(verdict === 'wrong' ? 1 : 0)
  const waits = sick.findings.flatMap(({ waitsFor }) => waitsFor ?? [])
  expect(waits.filter((awaited) => awaited !== check)).toEqual([])
}

async function expectCure(world: TenantWorld, { cure }: TenantAilment): Promise<void> {
  if (cure === 'setup') expect(await world.setUp()).toMatchObject({ code: 0 })
  else world.restore()
  const cured = await world.diagnose({ signsIn: true })
  expect(faults(cured)).toEqual([])
  expect(cured.code).toBe(0)
  expect(cured.named('api.call')?.verdict).toBe('ok')
}

describe('doctor at a tenant', () => {
  let world: TenantWorld

  beforeAll(async () => {
    world = await openTenantWorld('on-behalf-of')
  })
  afterEach(() => {
    world.server.scopes = new Set(ALL_SCOPES.split(' '))
  })
  afterAll(() => world.close())

  test('what the token may not read is not checkable, with the scope that is missing, and everything else is checked', async () => {
    world.server.scopes = new Set(ALL_SCOPES.split(' ').filter((scope) => scope !== 'read:roles'))
    const diagnosis = await world.diagnose()
    expect(faults(diagnosis)).toEqual([])
    expect(diagnosis.named('tenant.roles')).toMatchObject({
      verdict: 'not_checkable',
      hint: expect.stringContaining('read:roles') as string,
    })
    expect(diagnosis.notChecked).toContain('tenant.roles')
    expect(diagnosis.named('tenant.client_grant')?.verdict).toBe('ok')
  })

  test('a token that the Management API refuses is the one thing that is wrong, and nothing of the tenant is looked at', async () => {
    const diagnosis = await world.diagnose({ managementToken: 'not-the-token-of-this-tenant' })
    expect(faults(diagnosis)).toEqual([expect.stringContaining('wrong tenant.access: ')])
    expect(diagnosis.named('tenant.access')?.hint).toMatch(/fresh Management API token/)
    expect(diagnosis.findings.filter(({ check }) => check.startsWith('tenant.'))).toHaveLength(1)
    expect(diagnosis.output).not.toContain('not-the-token-of-this-tenant')
  })

  test('only reads', async () => {
    world.server.requests.length = 0
    await world.diagnose()
    expect(world.server.writes()).toEqual([])
  })

  test('reads what several checks need once', async () => {
    const { requests } = world.server
    requests.length = 0
    await world.diagnose()
    const paths = requests.map(({ path }) => path)
    const api = `/api/v2/resource-servers/${encodeURIComponent(API)}`
    for (const path of ['/api/v2/tenants/settings', api]) {
      expect(paths.filter((read) => read === path)).toHaveLength(1)
    }
  })

  test.each([
    ['free', '2', 'ok'],
    ['free', '3', 'warning'],
    ['professional', '8', 'ok'],
    ['enterprise', '31', 'warning'],
  ])(
    'holds the rate of exchanges against the plan: %s, %s a second',
    async (plan, rate, verdict) => {
      const diagnosis = await world.diagnose({
        argv: ['--plan', plan],
        environment: { EXCHANGE_RATE_PER_SECOND: rate },
      })
      expect(diagnosis.named('tenant.exchange_rate')?.verdict).toBe(verdict)
    },
  )
})

describe.each([
  {
    profile: 'on-behalf-of' as const,
    ailments: [
      ...OF_THE_SETTINGS,
      ...OF_THE_SERVERS_API,
      ...OF_THE_API,
      ...OF_THE_CLIENT,
      ...OF_THE_PAGE,
      ...OF_THE_GRANTS,
    ],
  },
  { profile: 'custom-token-exchange' as const, ailments: OF_THE_PROFILE },
])('doctor on a tenant set up for $profile', ({ profile, ailments }) => {
  let world: TenantWorld

  beforeAll(async () => {
    world = await openTenantWorld(profile)
  })
  afterEach(() => {
    world.restore()
  })
  afterAll(() => world.close())

  test('finds nothing wrong with a tenant that setup has made, up to the answer of the API', async () => {
    const diagnosis = await world.diagnose({ signsIn: true })
    expect(faults(diagnosis)).toEqual([])
    expect(diagnosis.named('api.call')?.verdict).toBe('ok')
    expect(diagnosis.output).not.toContain(world.server.token)
    const looked = diagnosis.findings.filter(({ check }) => check.startsWith('tenant.'))
    expect(looked).toHaveLength(12)
  })

  test('explains a sign-in that the tenant refuses by what is wrong with the tenant', async () => {
    const { tenant } = world.server
    tenant.clientGrants = tenant.clientGrants.filter((grant) => grant['default_for'] === undefined)
    const diagnosis = await world.diagnose({ signsIn: true })
    expect(faults(diagnosis)).toEqual([expect.stringContaining('wrong tenant.third_party_grant: ')])
    expect(diagnosis.named('sign_in.answer')?.waitsFor).toBe('tenant.third_party_grant')
  })

  test.each(ailments)(
    'names the one thing that is wrong, and after its cure a user gets through to the API: $title',
    async (ailment) => {
      await expectFault(world, ailment)
      await expectCure(world, ailment)
    },
  )
})
