import { describe, expect, test } from 'vitest'
import { API, useTenant } from './support.js'

const used = useTenant()

const user = { user_id: 'auth0|ann', email: 'ann@example.com' }
const client = { name: 'One', app_type: 'non_interactive' }
const permissions = [{ resource_server_identifier: API.identifier, permission_name: 'read' }]
const grant = { audience: API.identifier, scope: ['read'], subject_type: 'user' }

describe('deletions at the Management API stand-in', () => {
  test('an API takes its grants and its permissions in roles with it', async () => {
    const api = await used.create('/resource-servers', API)
    const clientId = await used.create('/clients', client, 'client_id')
    await used.create('/client-grants', { ...grant, client_id: clientId })
    const role = await used.create('/roles', { name: 'Reader' })
    await used.call('POST', `/roles/${role}/permissions`, { permissions })
    expect((await used.call('DELETE', `/resource-servers/${api}`)).status).toBe(204)
    expect(used.standIn.tenant.resourceServers.map(({ identifier }) => identifier)).toEqual([
      'urn:system',
    ])
    expect(used.standIn.tenant.clientGrants).toEqual([])
    expect(used.standIn.tenant.roles).toEqual([{ id: role, name: 'Reader', permissions: [] }])
  })

  test('a scope that an API no longer has is no permission of a role', async () => {
    const api = await used.create('/resource-servers', API)
    const role = await used.create('/roles', { name: 'Reader' })
    await used.call('POST', `/roles/${role}/permissions`, { permissions })
    await used.call('PATCH', `/resource-servers/${api}`, { scopes: [] })
    expect(used.standIn.tenant.roles[0]?.permissions).toEqual([])
  })

  test('a client takes its grants, its place in connections and the link of its API with it', async () => {
    await used.create('/resource-servers', API)
    const own = {
      name: 'Server',
      app_type: 'resource_server',
      resource_server_identifier: API.identifier,
    }
    const clientId = await used.create('/clients', own, 'client_id')
    await used.create('/client-grants', { ...grant, client_id: clientId })
    const enabled = [{ client_id: clientId, status: true }]
    expect((await used.call('PATCH', '/connections/con_1/clients', enabled)).status).toBe(204)
    expect((await used.call('GET', '/connections/con_1/clients')).body).toEqual({
      clients: [{ client_id: clientId }],
    })
    expect((await used.call('DELETE', `/clients/${clientId}`)).status).toBe(204)
    const { clients, clientGrants, connections, resourceServers } = used.standIn.tenant
    expect([clients, clientGrants, connections[0]?.enabled_clients]).toEqual([[], [], []])
    expect(resourceServers[1]).not.toHaveProperty('client_id')
  })

  test('a role is taken from its users', async () => {
    used.standIn.tenant.users.push({ ...user, roles: [] })
    const role = await used.create('/roles', { name: 'Reader' })
    expect(
      (await used.call('POST', `/roles/${role}/users`, { users: [user.user_id] })).status,
    ).toBe(200)
    const path = `/users/${encodeURIComponent(user.user_id)}/roles?include_totals=true`
    expect((await used.call('GET', path)).body).toMatchObject({
      total: 1,
      roles: [{ id: role, name: 'Reader' }],
    })
    expect((await used.call('DELETE', `/roles/${role}`)).status).toBe(204)
    expect(used.standIn.tenant.users).toEqual([{ ...user, roles: [] }])
  })

  test('a role is taken from one user, and a permission from a role', async () => {
    await used.create('/resource-servers', API)
    used.standIn.tenant.users.push({ ...user, roles: [] })
    const role = await used.create('/roles', { name: 'Reader' })
    const path = `/users/${encodeURIComponent(user.user_id)}/roles`
    await used.call('POST', path, { roles: [role] })
    await used.call('POST', `/roles/${role}/permissions`, { permissions })
    await used.call('POST', `/roles/${role}/permissions`, { permissions })
    expect(used.standIn.tenant.roles[0]?.permissions).toEqual(permissions)
    expect((await used.call('DELETE', path, { roles: [role] })).status).toBe(204)
    expect((await used.call('DELETE', `/roles/${role}/permissions`, { permissions })).status).toBe(
      204,
    )
    expect(used.standIn.tenant.users[0]?.roles).toEqual([])
    expect(used.standIn.tenant.roles[0]?.permissions).toEqual([])
  })

  test.each([
    ['/resource-servers/api_system', 403],
    ['/resource-servers/none', 404],
    ['/clients/none', 404],
    ['/client-grants/none', 404],
    ['/roles/none', 404],
    ['/actions/actions/none', 404],
    ['/token-exchange-profiles/none', 404],
  ])('DELETE %s is answered %i', async (path, status) => {
    expect((await used.call('DELETE', path)).status).toBe(status)
  })
})
