import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/config.js'
import { ALL_SCOPES } from '../../apps/authorization-server/testing/management/management-api.js'
import { newTenant } from '../../apps/authorization-server/testing/management/tenant.js'
import { json } from '../helpers/test-issuer.js'
import { MCP, useBench } from './setup-support.js'

const used = useBench()

const ROLE = ['--role', 'Tool Administrator']
/** The writes of a whole run, in their order. */
const WRITES = [
  'POST /api/v2/resource-servers',
  'POST /api/v2/resource-servers',
  'POST /api/v2/clients',
  'PATCH /api/v2/tenants/settings',
  'PATCH /api/v2/connections/con_1',
  'POST /api/v2/client-grants',
  'POST /api/v2/client-grants',
  'POST /api/v2/roles',
  'POST /api/v2/roles/…/permissions',
]

/** The scopes that a set-up with all options needs on a tenant that has nothing of it. */
const NEEDED_SCOPES = [
  ...['read:tenant_settings', 'update:tenant_settings', 'read:connections', 'update:connections'],
  ...['read:resource_servers', 'create:resource_servers', 'read:clients', 'create:clients'],
  ...['read:client_grants', 'create:client_grants', 'read:roles', 'create:roles', 'update:roles'],
  ...['read:users', 'read:role_members', 'create:role_members', 'read:actions', 'create:actions'],
  ...['read:token_exchange_profiles', 'create:token_exchange_profiles'],
]
const EVERYTHING = [
  ...['--profile', 'custom-token-exchange', '--roles', 'quickstart'],
  ...['--assign', 'ann@example.com=Tool User'],
]

const shape = (write: string): string => write.replace(/rol_[0-9a-f-]+/, '…')

/** Refuses the write with this index, by the answer that is given. */
function refuseWrite(index: number, status: number, errorCode: string): void {
  let seen = 0
  used.standIn.intercept = ({ method }, res) => {
    if (method === 'GET') return false
    seen += 1
    if (seen !== index + 1) return false
    json(res, status, { statusCode: status, error: 'Refused', errorCode, message: 'no' })
    return true
  }
}

describe('setup that fails half-way', () => {
  test('the writes of a whole run are those that fail one by one below', async () => {
    await used.bench.setup('--yes', ...ROLE)
    expect(used.standIn.writes().map(shape)).toEqual(WRITES)
  })

  test.each(WRITES.map((write, index) => [index, write] as const))(
    'write %i (%s) refused: says so, and the next run goes on',
    async (index, write) => {
      refuseWrite(index, 500, 'internal_error')
      const first = await used.bench.setup('--yes', ...ROLE)
      expect(first.code).toBe(1)
      expect(shape(first.io.output())).toContain(`${write} was answered 500 internal_error`)
      expect(first.io.output()).toContain('Auth0 has a problem')
      // Written with the client, before what can fail behind it.
      expect(existsSync(used.bench.envPath)).toBe(index > 2)

      used.standIn.intercept = undefined
      used.standIn.requests.length = 0
      const second = await used.bench.setup('--yes', ...ROLE)
      expect(second.code).toBe(0)
      expect(used.standIn.writes().map(shape)).toEqual(WRITES.slice(index))
      expect(used.standIn.tenant.clients).toHaveLength(1)
      expect(used.standIn.tenant.roles).toHaveLength(1)
      const config = parseConfig(parseEnv(readFileSync(used.bench.envPath, 'utf8')))
      expect(config.exchange.clientId).toBe(used.standIn.tenant.clients[0]?.['client_id'])
    },
  )

  test.each(NEEDED_SCOPES)('a token without %s is told to have it', async (scope) => {
    used.standIn.scopes = new Set(ALL_SCOPES.split(' ').filter((held) => held !== scope))
    used.standIn.tenant.users.push({ user_id: 'auth0|ann', email: 'ann@example.com', roles: [] })
    used.standIn.tenant.roles.push({ id: 'rol_1', name: 'Tool User', permissions: [] })
    const { code, io } = await used.bench.setup('--yes', ...EVERYTHING)
    expect(code).toBe(1)
    expect(io.output()).toContain('403 insufficient_scope')
    expect(io.output()).toMatch(new RegExp(`the scopes? (?:[\\w:]+ )*${scope} `))
  })

  test('a plan that does not allow a client is told apart from a missing scope', async () => {
    refuseWrite(2, 403, 'too_many_entities')
    const { io } = await used.bench.setup('--yes')
    expect(io.output()).toContain("The tenant's plan does not allow it")
    expect(io.output()).toContain(`changed so far create the API ${MCP}`)
    expect(io.output()).toContain('not come to')
  })

  test('an API that somebody makes between the look and the write is brought into line', async () => {
    used.standIn.intercept = ({ method, path }) => {
      if (method !== 'POST' || path !== '/api/v2/resource-servers') return false
      used.standIn.intercept = undefined
      used.standIn.tenant.resourceServers.push({ id: 'api_race', identifier: MCP, scopes: [] })
      return false
    }
    const { code } = await used.bench.setup('--yes')
    expect(code).toBe(0)
    const made = used.standIn.tenant.resourceServers.filter(({ identifier }) => identifier === MCP)
    expect(made).toHaveLength(1)
    expect(made[0]).toMatchObject({ id: 'api_race', enforce_policies: true })
  })

  test('a write whose answer is lost is not made twice', async () => {
    used.standIn.intercept = ({ method, path }, res) => {
      if (method !== 'POST' || path !== '/api/v2/clients') return false
      res.destroy()
      return true
    }
    const { code, io } = await used.bench.setup('--yes')
    expect(code).toBe(1)
    expect(io.output()).toContain('got no usable answer')
    expect(used.standIn.writes().filter((write) => write === 'POST /api/v2/clients')).toHaveLength(
      1,
    )
  })

  test('a secret that the token may not see ends the run before anything is written', async () => {
    await used.bench.setup('--yes', '--no-settings-file')
    used.standIn.scopes = new Set(
      ALL_SCOPES.split(' ').filter((scope) => scope !== 'read:client_keys'),
    )
    used.standIn.requests.length = 0
    const { code, io } = await used.bench.setup('--yes')
    expect(code).toBe(1)
    expect(io.output()).toContain('read:client_keys')
    expect(used.standIn.writes()).toEqual([])
    expect(existsSync(used.bench.envPath)).toBe(false)
  })

  test('settings that the server would refuse end the run before anything is written', async () => {
    const { code, io } = await used.bench.setup('--yes', '--server-url', 'http://mcp.example.com')
    expect(code).toBe(1)
    expect(io.output()).toContain('MCP_SERVER_URL must be https')
    expect(used.standIn.writes()).toEqual([])
    expect(used.standIn.tenant).toEqual(newTenant())
  })

  test.each(['no-such-directory/.env', '/proc/self/.env'])(
    'a settings file that cannot be written (%s) ends the run before anything else is written',
    async (path) => {
      const { code, io } = await used.bench.setup('--yes', '--settings-file', path)
      expect(code).toBe(1)
      expect(io.output()).toMatch(/\.env cannot be (?:written|read)\./)
      expect(io.output()).toContain('--settings-file')
      expect(used.standIn.writes()).toEqual([])
    },
  )

  test('a run that has changed nothing does not speak of changes that stay', async () => {
    const { io } = await used.bench.setup('--yes', '--assign', 'nobody@example.com=Nobody')
    expect(io.output()).toContain('changed so far nothing')
    expect(io.output()).not.toContain('What has been changed stays')
    expect(io.output()).toContain('When that is put right, run the command again')
  })

  test('an answer that is no JSON is a failure of that step', async () => {
    used.standIn.intercept = ({ path }, res) => {
      if (!path.startsWith('/api/v2/roles')) return false
      res.writeHead(200).end('<html>')
      return true
    }
    const { code, io } = await used.bench.setup('--dry-run', ...ROLE)
    expect(code).toBe(1)
    expect(io.output()).toContain('Stopped at: the role Tool Administrator')
  })
})
