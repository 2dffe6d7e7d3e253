import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { API, MCP, useBench } from './setup-support.js'
import { SET_UPS, TENANTS } from './setup-tenants.js'

const used = useBench()

const begin = (name: keyof typeof TENANTS) => {
  Object.assign(used.standIn.tenant, TENANTS[name]())
  return structuredClone(used.standIn.tenant)
}

const CASES = (['fresh', 'used'] as const).flatMap((tenant) =>
  (['on-behalf-of', 'custom-token-exchange'] as const).map((profile) => [tenant, profile] as const),
)

describe('setup --remove', () => {
  test.each(CASES)(
    'a %s tenant is as it was, after %s was set up and removed',
    async (tenant, profile) => {
      const before = begin(tenant)
      const argv = SET_UPS[profile]
      expect((await used.bench.setup('--yes', ...argv)).code).toBe(0)
      expect(used.standIn.tenant).not.toEqual(before)
      const { code, io } = await used.bench.setup('--yes', '--remove', ...argv)
      expect(code).toBe(0)
      expect(used.standIn.tenant).toEqual(before)
      expect(io.output()).toContain('The tenant is as it was before the set-up')
      used.standIn.requests.length = 0
      const again = await used.bench.setup('--yes', '--remove', ...argv)
      expect(again.code).toBe(0)
      expect(again.io.output()).toContain('Nothing is left to undo.')
      expect(used.standIn.writes()).toEqual([])
    },
  )

  test('without --yes it shows what it would undo and delete, and the exit code says that there is something', async () => {
    begin('used')
    await used.bench.setup('--yes', ...SET_UPS['custom-token-exchange'])
    const before = structuredClone(used.standIn.tenant)
    used.standIn.requests.length = 0
    const { code, io } = await used.bench.setup('--remove', ...SET_UPS['custom-token-exchange'])
    expect(code).toBe(1)
    expect(used.standIn.writes()).toEqual([])
    expect(used.standIn.tenant).toEqual(before)
    const output = io.output()
    expect(output).toContain('undo      change the settings of the tenant back')
    expect(output).toContain('resource_parameter_profile: "compatibility" -> "audience"')
    expect(output).toContain(`undo      take scopes from the API ${API}`)
    expect(output).toContain('undo      take the role rol_1 from the user auth0|bob')
    expect(output).toMatch(/delete {4}delete the token exchange profile mcp-on-behalf-of/)
    expect(output).toMatch(/delete {4}delete the Action mcp-on-behalf-of/)
    expect(output).toContain('delete    delete the role Tool Administrator')
    expect(output).toMatch(/delete {4}delete the client [0-9a-f]{32}/)
    expect(output).toContain('run the command again with --yes')
    expect((await used.bench.setup('--remove', '--dry-run')).code).toBe(0)
    expect(used.standIn.tenant).toEqual(before)
  })

  test('both profiles for one server are removed together', async () => {
    const before = begin('used')
    await used.bench.setup('--yes', '--no-settings-file', ...SET_UPS['on-behalf-of'])
    await used.bench.setup('--yes', '--no-settings-file', ...SET_UPS['custom-token-exchange'])
    expect(used.standIn.tenant.clients).toHaveLength(4)
    expect((await used.bench.setup('--yes', '--remove')).code).toBe(0)
    expect(used.standIn.tenant).toEqual(before)
  })

  test('another server of the same tenant stays as it is', async () => {
    begin('fresh')
    const other = [
      '--server-url',
      'http://localhost:4001',
      '--api-identifier',
      'https://b.example/',
    ]
    const profile = ['--profile', 'custom-token-exchange', '--subject-token-type', 'urn:b:token']
    const argv = [...other, ...profile, '--role', 'B', '--settings-file', 'b.env']
    await used.bench.setup('--yes', ...argv)
    const before = structuredClone(used.standIn.tenant)
    await used.bench.setup('--yes', ...SET_UPS['custom-token-exchange'])
    expect((await used.bench.setup('--yes', '--remove')).code).toBe(0)
    expect(used.standIn.tenant).toEqual(before)
  })

  test('what another server needs stays until that one is removed', async () => {
    const before = begin('used')
    const second = [
      '--server-url',
      'http://localhost:4001',
      '--no-settings-file',
      '--role',
      'Tool User',
    ]
    await used.bench.setup('--yes', ...SET_UPS['on-behalf-of'])
    await used.bench.setup('--yes', ...second)
    const first = await used.bench.setup('--yes', '--remove')
    expect(first.code).toBe(0)
    const output = first.io.output()
    expect(output).toMatch(
      /left {6}resource_parameter_profile of the tenant stays: the set-up with/,
    )
    expect(output).toMatch(/left {6}read:private \(scopes, .*\) stays/)
    expect(used.standIn.tenant.settings).toMatchObject({
      resource_parameter_profile: 'compatibility',
    })
    expect(first.io.output()).toMatch(/undo {6}take the role rol_1 from the user auth0\|bob/)
    used.standIn.requests.length = 0
    expect((await used.bench.setup('--yes', ...second)).io.output()).toContain('in line')
    expect((await used.bench.setup('--yes', '--remove')).code).toBe(0)
    expect(used.standIn.writes()).toEqual([])
    expect((await used.bench.setup('--yes', '--remove', ...second)).code).toBe(0)
    expect(used.standIn.tenant).toEqual(before)
  })

  test('several runs with more and more options are undone as one', async () => {
    const before = begin('used')
    await used.bench.setup('--yes', '--clients', 'none', '--server-scopes', 'tool:whoami')
    await used.bench.setup('--yes', '--force', ...SET_UPS['on-behalf-of'])
    await used.bench.setup('--yes', '--assign', 'ann@example.com=Support')
    await used.bench.setup('--yes', '--assign', 'bob@example.com=Support')
    expect(used.standIn.tenant.users.map(({ roles }) => roles.length)).toEqual([2, 2])
    expect((await used.bench.setup('--yes', '--remove')).code).toBe(0)
    expect(used.standIn.tenant).toEqual(before)
  })

  test('a client that was there before is used, and then is as it was', async () => {
    begin('used')
    used.standIn.tenant.clients.push({
      ...{ client_id: 'quickstart', client_secret: 'the-secret-of-quickstart' },
      ...{ app_type: 'non_interactive', client_metadata: { team: 'orders' } },
      token_exchange: { allow_any_profile_of_type: ['on_behalf_of_token_exchange'] },
    })
    const before = structuredClone(used.standIn.tenant)
    const argv = [...SET_UPS['custom-token-exchange'], '--client-id', 'quickstart']
    expect((await used.bench.setup('--yes', ...argv)).code).toBe(0)
    expect(used.standIn.tenant.clients).toHaveLength(3)
    expect((await used.bench.setup('--yes', '--remove')).code).toBe(0)
    expect(used.standIn.tenant).toEqual(before)
  })

  test('a tenant that nothing was set up in is left alone', async () => {
    const before = begin('used')
    const { code, io } = await used.bench.setup('--yes', '--remove')
    expect(code).toBe(0)
    expect(used.standIn.writes()).toEqual([])
    expect(used.standIn.tenant).toEqual(before)
    expect(io.output()).toContain(`left      the API ${MCP} stays: its name has no mark of setup`)
    expect(io.output()).toContain('Nothing is left to undo.')
  })
})

describe('what setup --remove leaves', () => {
  const remove = async () => {
    const { code, io } = await used.bench.setup('--yes', '--remove')
    expect(code).toBe(0)
    return io.output()
  }

  test('the settings file stays, and is named', async () => {
    begin('fresh')
    await used.bench.setup('--yes')
    expect(await remove()).toContain(`left      ${used.bench.envPath} stays: delete it yourself`)
    expect(existsSync(used.bench.envPath)).toBe(true)
  })

  test('a setting that somebody has changed since stays, and is named', async () => {
    begin('used')
    await used.bench.setup('--yes')
    const { settings, resourceServers } = used.standIn.tenant
    const server = resourceServers.find(({ identifier }) => identifier === MCP)
    Object.assign(settings, { resource_parameter_profile: 'something-new' })
    Object.assign(server ?? {}, { token_dialect: 'rfc9068_profile' })
    const output = await remove()
    expect(settings).toMatchObject({
      resource_parameter_profile: 'something-new',
      client_id_metadata_document_supported: false,
    })
    expect(server).toMatchObject({ token_dialect: 'rfc9068_profile', enforce_policies: false })
    expect(output).toContain('resource_parameter_profile of the settings of the tenant stays')
    expect(output).toContain(`token_dialect of the API ${MCP} stays "rfc9068_profile"`)
  })

  test.each([API, MCP])(
    'the API %s stays while somebody else has a grant to it',
    async (audience) => {
      begin('fresh')
      await used.bench.setup('--yes')
      const { tenant } = used.standIn
      tenant.clients.push({ client_id: 'portal', app_type: 'regular_web' })
      const grant = { id: 'cgr_x', client_id: 'portal', audience, subject_type: 'user', scope: [] }
      tenant.clientGrants.push(grant)
      const output = await remove()
      expect(output).toContain(
        `left      the API ${audience} stays: portal has a grant to it that is no part`,
      )
      expect(tenant.clientGrants).toEqual([grant])
      expect(tenant.resourceServers.map(({ identifier }) => identifier)).toEqual([
        'urn:system',
        audience,
      ])
      tenant.clientGrants.length = 0
      await remove()
      expect(tenant.resourceServers).toHaveLength(1)
    },
  )

  test('a scope that setup has added stays while a grant made by hand uses it', async () => {
    begin('used')
    await used.bench.setup('--yes')
    const { tenant } = used.standIn
    Object.assign(tenant.clientGrants[0] ?? {}, { scope: ['write:orders', 'read:private'] })
    expect(await remove()).toContain(`the scope read:private of the API ${API} stays`)
    expect(tenant.resourceServers.find(({ identifier }) => identifier === API)).toMatchObject({
      scopes: [{ value: 'write:orders' }, { value: 'read:private' }],
    })
  })

  test('a grant of third parties that setup has made on an old API goes, but not if somebody has added to it', async () => {
    begin('used')
    const { tenant } = used.standIn
    tenant.clientGrants.pop()
    await used.bench.setup('--yes')
    const server = tenant.resourceServers.find(({ identifier }) => identifier === MCP)
    const scopes = server?.['scopes'] as object[]
    scopes.push({ value: 'tool:more', description: '' })
    const grant = tenant.clientGrants.find((found) => found['default_for'] !== undefined)
    Object.assign(grant ?? {}, { scope: ['tool:whoami', 'tool:greet', 'tool:more'] })
    expect(await remove()).toContain('stays: somebody has added tool:more')
    expect(grant).toMatchObject({ scope: ['tool:more'] })
  })

  test('an object of setup that somebody has renamed stays, and so does a role with more in it', async () => {
    begin('fresh')
    await used.bench.setup('--yes', '--role', 'A', '--role', 'B')
    const { tenant } = used.standIn
    const api = tenant.resourceServers.find(({ identifier }) => identifier === API)
    Object.assign(api ?? {}, { name: 'Orders' })
    tenant.roles[0]?.permissions.push({
      resource_server_identifier: 'https://other.example/',
      permission_name: 'read',
    })
    Object.assign(tenant.roles[1] ?? {}, { description: 'Ours now' })
    const output = await remove()
    expect(output).toContain(`left      the API ${API} stays: its name has no mark of setup`)
    expect(output).toContain('left      the role A stays: somebody has added permissions')
    expect(tenant.roles.map(({ name }) => name)).toEqual(['A', 'B'])
    expect(tenant.resourceServers.map(({ identifier }) => identifier)).toEqual(['urn:system', API])
  })

  test('an Action that a profile made by hand uses stays', async () => {
    begin('fresh')
    await used.bench.setup('--yes', ...SET_UPS['custom-token-exchange'])
    const { tenant } = used.standIn
    const [profile] = tenant.tokenExchangeProfiles
    const other = { id: 'tep_x', name: 'theirs', subject_token_type: 'urn:example:theirs' }
    if (profile !== undefined) tenant.tokenExchangeProfiles.push({ ...profile, ...other })
    expect(await remove()).toMatch(/the Action mcp-on-behalf-of .* stays: .* \(tep_x\)/)
    expect(tenant.actions).toHaveLength(1)
    expect(tenant.tokenExchangeProfiles.map(({ id }) => id)).toEqual(['tep_x'])
  })

  test('a client made by hand that is bound to the server stays, and the API that it needs', async () => {
    begin('fresh')
    await used.bench.setup('--yes')
    const { tenant } = used.standIn
    const bound = { app_type: 'resource_server', resource_server_identifier: MCP }
    tenant.clients.push({ client_id: 'by-hand', ...bound })
    const output = await remove()
    expect(output).toContain('left      the client by-hand stays')
    expect(output).toContain(`the API ${MCP} stays: the client by-hand is bound to it`)
    expect(tenant.clients.map(({ client_id }) => client_id)).toEqual(['by-hand'])
  })

  test('without the client nothing is undone by guess, and the operator is told', async () => {
    begin('fresh')
    await used.bench.setup('--yes')
    used.standIn.tenant.clients.length = 0
    expect(await remove()).toContain('note      The exchanging client is gone already')
    expect(used.standIn.tenant.settings).toMatchObject({
      resource_parameter_profile: 'compatibility',
    })
  })

  test('a record that somebody has damaged ends the run before anything is written', async () => {
    begin('used')
    await used.bench.setup('--yes')
    const client = used.standIn.tenant.clients.find(({ client_metadata }) => client_metadata)
    Object.assign(client?.['client_metadata'] ?? {}, { mcp_on_behalf_of_undo_1: '[[broken' })
    used.standIn.requests.length = 0
    for (const argv of [['--remove'], ['--role', 'Another']]) {
      const { code, io } = await used.bench.setup('--yes', ...argv)
      expect(code).toBe(1)
      expect(io.output()).toContain('mcp_on_behalf_of_undo_… that cannot be read')
    }
    expect(used.standIn.writes()).toEqual([])
  })
})
