import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { useBench } from './setup-support.js'
import { SET_UPS, TENANTS } from './setup-tenants.js'

const used = useBench()

const PAGE = readFileSync(new URL('../../docs/auth0.md', import.meta.url), 'utf8')
/** The rows of the table of scopes, by what they are for. */
const ROWS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [...PAGE.matchAll(/^\| ([^|]+?) +\| `((?:\w+:\w+ ?)+)` +\|$/gm)].map(
    ([, use = '', scopes = '']) => [use.replaceAll('`', ''), scopes.split(' ')],
  ),
)

const SETUP = ['setup', '--role, --roles', '--assign']
const CUSTOM = '--profile custom-token-exchange'
const REMOVE = ['--remove', '--remove, after --assign']

const rows = (...names: readonly string[]): ReadonlySet<string> =>
  new Set(names.flatMap((name) => ROWS[name] ?? [`no row ${name}`]))

describe('the scopes that docs/auth0.md names', () => {
  test.each([
    ['fresh', 'on-behalf-of', SETUP, REMOVE],
    ['used', 'on-behalf-of', SETUP, REMOVE],
    ['fresh', 'custom-token-exchange', [...SETUP, CUSTOM], [...REMOVE, '--remove, with an Action']],
    ['used', 'custom-token-exchange', [...SETUP, CUSTOM], [...REMOVE, '--remove, with an Action']],
  ] as const)(
    'the scopes that docs/auth0.md names are all that a %s tenant asks for with %s',
    async (tenant, profile, setUp, remove) => {
      Object.assign(used.standIn.tenant, TENANTS[tenant]())
      used.standIn.scopes = rows(...setUp)
      expect((await used.bench.setup('--yes', ...SET_UPS[profile])).code).toBe(0)
      expect((await used.bench.setup('--yes', ...SET_UPS[profile])).code).toBe(0)
      used.standIn.scopes = rows(...remove)
      expect((await used.bench.setup('--yes', '--remove', ...SET_UPS[profile])).code).toBe(0)
    },
  )

  test('without roles and users their scopes are not asked for', async () => {
    used.standIn.scopes = rows('setup')
    expect((await used.bench.setup('--yes')).code).toBe(0)
    used.standIn.scopes = rows('--remove')
    expect((await used.bench.setup('--yes', '--remove')).code).toBe(0)
  })
})
