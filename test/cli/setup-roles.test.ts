import { describe, expect, test } from 'vitest'
import { API, MCP, useBench } from './setup-support.js'

const used = useBench()

const permissions = (...pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([resource_server_identifier, permission_name]) => ({
    resource_server_identifier,
    permission_name,
  }))

function addUser(userId: string, email: string, roles: string[] = []) {
  const user = { user_id: userId, email, roles }
  used.standIn.tenant.users.push(user)
  return user
}

const roleNamed = (name: string) => used.standIn.tenant.roles.find((role) => role['name'] === name)

describe('the roles that setup makes', () => {
  test("--roles quickstart makes both roles, with the API's permission where a tool calls the API", async () => {
    expect((await used.bench.setup('--yes', '--roles', 'quickstart')).code).toBe(0)
    expect(used.standIn.tenant.roles.map(({ name }) => name)).toEqual([
      'Tool Administrator',
      'Tool User',
    ])
    expect(roleNamed('Tool Administrator')?.permissions).toEqual(
      permissions([MCP, 'tool:whoami'], [MCP, 'tool:greet'], [API, 'read:private']),
    )
    expect(roleNamed('Tool User')?.permissions).toEqual(permissions([MCP, 'tool:whoami']))
  })

  test('--role may be given several times, with scopes and without', async () => {
    const roles = ['--role', 'All', '--role', 'Greeter=tool:greet  read:private']
    expect((await used.bench.setup('--yes', ...roles)).code).toBe(0)
    expect(roleNamed('All')?.permissions).toHaveLength(3)
    expect(roleNamed('Greeter')?.permissions).toEqual(
      permissions([MCP, 'tool:greet'], [API, 'read:private']),
    )
    used.standIn.requests.length = 0
    expect((await used.bench.setup('--yes', ...roles)).code).toBe(0)
    expect(used.standIn.writes()).toEqual([])
  })

  test('a role that is there gets what it lacks, keeps what it has, and the plan says whom that concerns', async () => {
    await used.bench.setup('--yes', '--role', 'Tool User=tool:whoami')
    const { code, io } = await used.bench.setup('--yes', '--role', 'Tool User=tool:greet')
    expect(code).toBe(0)
    expect(io.output()).toContain('WIDENS    extend the role Tool User')
    expect(roleNamed('Tool User')?.permissions).toEqual(
      permissions([MCP, 'tool:whoami'], [MCP, 'tool:greet']),
    )
  })

  test('a role whose name contains that of another is another role', async () => {
    used.standIn.tenant.roles.push({ id: 'rol_1', name: 'Senior Tool User', permissions: [] })
    await used.bench.setup('--yes', '--role', 'Tool User')
    expect(used.standIn.tenant.roles).toHaveLength(2)
    expect(used.standIn.tenant.roles[0]?.permissions).toEqual([])
  })

  test.each([
    [['--role', 'X=tool:wrong'], 'tool:wrong'],
    [['--role', 'X='], 'names no scope'],
    [['--role', '=tool:greet'], '--role must be NAME'],
    [['--role', 'X', '--role', 'X=tool:greet'], 'given twice'],
    [['--roles', 'all'], '--roles must be quickstart'],
    [['--roles', 'quickstart', '--role', 'Tool User'], 'given twice'],
    [['--roles', 'quickstart', '--server-scopes', 'tool:a'], 'tool:whoami in --server-scopes'],
    [['--assign', 'ann=Tool User'], '--assign must be EMAIL=ROLE'],
    [['--assign', 'ann@example.com='], '--assign must be EMAIL=ROLE'],
    [['--assign', 'ann@example.com'], '--assign must be EMAIL=ROLE'],
  ])('%j is wrong usage', async (argv, text) => {
    const { code, io } = await used.bench.setup('--yes', ...argv)
    expect(code).toBe(2)
    expect(io.output()).toContain(text)
    expect(io.output().match(/\n/g)).toHaveLength(1)
    expect(used.standIn.requests).toEqual([])
  })
})

describe('setup --assign', () => {
  const ASSIGNED = [
    ...['--roles', 'quickstart', '--assign', 'Ann@example.com=Tool Administrator'],
    ...['--assign', 'bob@example.com=Tool User', '--assign', 'ann@example.com=Tool User'],
  ]

  test('gives roles of the plan to users by their address, beside the roles that they have', async () => {
    used.standIn.tenant.roles.push({ id: 'rol_old', name: 'Old', permissions: [] })
    const ann = addUser('auth0|ann', 'ann@example.com', ['rol_old'])
    const bob = addUser('auth0|bob', 'bob@example.com')
    const { code, io } = await used.bench.setup('--yes', ...ASSIGNED)
    expect(code).toBe(0)
    const [admin, toolUser] = [roleNamed('Tool Administrator')?.id, roleNamed('Tool User')?.id]
    expect(ann.roles).toEqual(['rol_old', admin, toolUser])
    expect(bob.roles).toEqual([toolUser])
    expect(io.output()).toContain('WIDENS    give the role Tool User to bob@example.com, ann@')
    used.standIn.requests.length = 0
    expect((await used.bench.setup('--yes', ...ASSIGNED)).code).toBe(0)
    expect(used.standIn.writes()).toEqual([])
  })

  test('gives a role that the tenant has, and none that it has not', async () => {
    const ann = addUser('auth0|ann', 'ann@example.com')
    const assign = ['--assign', 'ann@example.com=Greeter']
    const refused = await used.bench.setup('--yes', ...assign)
    expect(refused.code).toBe(1)
    expect(refused.io.output()).toContain('The tenant has no role "Greeter"')
    expect(used.standIn.writes()).toEqual([])
    used.standIn.tenant.roles.push({ id: 'rol_1', name: 'Greeter', permissions: [] })
    expect((await used.bench.setup('--yes', ...assign)).code).toBe(0)
    expect(ann.roles).toEqual(['rol_1'])
  })

  test('a user who is not there ends the run before anything is written', async () => {
    const { code, io } = await used.bench.setup('--yes', ...ASSIGNED)
    expect(code).toBe(1)
    expect(io.output()).toContain('No user of the tenant has the address Ann@example.com')
    expect(used.standIn.writes()).toEqual([])
  })

  test('two users with one address are not guessed between', async () => {
    addUser('auth0|ann', 'ann@example.com')
    addUser('google-oauth2|ann', 'ann@example.com')
    const { code, io } = await used.bench.setup('--yes', ...ASSIGNED)
    expect(code).toBe(1)
    expect(io.output()).toContain('auth0|ann, google-oauth2|ann')
    expect(io.output()).toContain('does not guess')
    expect(used.standIn.writes()).toEqual([])
  })
})
