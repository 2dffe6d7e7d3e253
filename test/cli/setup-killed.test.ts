import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { useBench } from './setup-support.js'
import { comparable, SET_UPS, TENANTS } from './setup-tenants.js'

const used = useBench()

const CASES = (['on-behalf-of', 'custom-token-exchange'] as const).flatMap((profile) =>
  (['fresh', 'used'] as const).map((tenant) => [profile, tenant] as const),
)

/** A tenant as it was at first, and no settings file. */
function begin(tenant: keyof typeof TENANTS): void {
  Object.assign(used.standIn.tenant, TENANTS[tenant]())
  used.standIn.requests.length = 0
  rmSync(used.bench.envPath, { force: true })
}

async function succeeds(...argv: readonly string[]): Promise<void> {
  const { code, io } = await used.bench.setup('--yes', ...argv)
  if (code !== 0) throw new Error(io.output())
}

/** What an undisturbed run makes of the tenant, and in how many writes. */
async function undisturbed(...argv: readonly string[]): Promise<{ end: unknown; writes: number }> {
  used.standIn.requests.length = 0
  await succeeds(...argv)
  return { end: comparable(used.standIn.tenant), writes: used.standIn.writes().length }
}

describe('setup that is killed', () => {
  test.each(CASES)(
    'setup --profile %s on a %s tenant, killed after any of its writes, is completed by the next run',
    async (profile, tenant) => {
      const argv = SET_UPS[profile]
      begin(tenant)
      const { end, writes } = await undisturbed(...argv)
      expect(writes).toBeGreaterThan(9)
      for (let n = 1; n <= writes; n += 1) {
        begin(tenant)
        expect((await used.bench.setupKilledAfter(n, '--yes', ...argv)).code).toBe(1)
        expect(used.standIn.writes()).toHaveLength(n)
        await succeeds(...argv)
        expect(comparable(used.standIn.tenant), `killed after write ${n}`).toEqual(end)
      }
    },
    600_000,
  )

  test.each(CASES)(
    'setup --profile %s on a %s tenant, killed after any of its writes, is removed without a trace',
    async (profile, tenant) => {
      const argv = SET_UPS[profile]
      begin(tenant)
      const before = structuredClone(used.standIn.tenant)
      const { writes } = await undisturbed(...argv)
      for (let n = 1; n <= writes; n += 1) {
        begin(tenant)
        await used.bench.setupKilledAfter(n, '--yes', ...argv)
        await succeeds('--remove', ...argv)
        expect(used.standIn.tenant, `killed after write ${n}`).toEqual(before)
      }
    },
    600_000,
  )
})

describe('setup --remove that is killed', () => {
  test.each(CASES)(
    'setup --remove of %s on a %s tenant, killed after any of its writes, is completed by the next run',
    async (profile, tenant) => {
      const argv = SET_UPS[profile]
      begin(tenant)
      const before = structuredClone(used.standIn.tenant)
      await succeeds(...argv)
      const setUp = structuredClone(used.standIn.tenant)
      const { writes } = await undisturbed('--remove', ...argv)
      expect(writes).toBeGreaterThan(6)
      for (let n = 1; n <= writes; n += 1) {
        Object.assign(used.standIn.tenant, structuredClone(setUp))
        await used.bench.setupKilledAfter(n, '--yes', '--remove', ...argv)
        await succeeds('--remove', ...argv)
        expect(used.standIn.tenant, `killed after write ${n}`).toEqual(before)
      }
    },
    600_000,
  )

  test('setup --remove of one of two servers, killed after any of its writes, is completed by the next run', async () => {
    const second = ['--server-url', 'http://localhost:4001', '--no-settings-file']
    begin('used')
    const before = structuredClone(used.standIn.tenant)
    await succeeds(...SET_UPS['on-behalf-of'])
    await succeeds(...second)
    const both = structuredClone(used.standIn.tenant)
    const { end, writes } = await undisturbed('--remove')
    for (let n = 1; n <= writes; n += 1) {
      Object.assign(used.standIn.tenant, structuredClone(both))
      await used.bench.setupKilledAfter(n, '--yes', '--remove')
      await succeeds('--remove')
      expect(comparable(used.standIn.tenant), `killed after write ${n}`).toEqual(end)
    }
    await succeeds('--remove', ...second)
    expect(used.standIn.tenant).toEqual(before)
  }, 600_000)
})
