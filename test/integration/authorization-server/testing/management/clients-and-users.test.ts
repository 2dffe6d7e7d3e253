import { describe, expect, test } from 'vitest'
import { API, useTenant } from './support.js'

const used = useTenant()

const metadata = (entries: number, length: number) =>
  Object.fromEntries(Array.from({ length: entries }, (_, n) => [`key_${n}`, 'v'.repeat(length)]))

describe('clients at the Management API stand-in', () => {
  test.each([
    [10, 255, 201],
    [11, 1, 400],
    [1, 256, 400],
  ])('%i metadata keys of %i characters are answered %i', async (entries, length, status) => {
    const client_metadata = metadata(entries, length)
    const client = { name: 'One', app_type: 'non_interactive', client_metadata }
    expect((await used.call('POST', '/clients', client)).status).toBe(status)
  })

  test('metadata is merged by its keys, null takes a key away, and ten is the most in the end', async () => {
    const client = { name: 'One', app_type: 'non_interactive', client_metadata: metadata(9, 1) }
    const id = await used.create('/clients', client, 'client_id')
    const patch = (client_metadata: unknown) =>
      used.call('PATCH', `/clients/${id}`, { client_metadata })
    expect((await patch({ a: '1', key_0: null })).status).toBe(200)
    expect((await patch({ b: '2', c: '3' })).status).toBe(400)
    expect(used.standIn.tenant.clients[0]?.['client_metadata']).toEqual({
      ...metadata(9, 1),
      a: '1',
      key_0: undefined,
    })
  })

  test.each([
    ['app_type', 'native'],
    ['resource_server_identifier', API.identifier],
    ['client_id', 'another'],
  ])('%s cannot be changed', async (field, value) => {
    const client = { name: 'One', app_type: 'non_interactive' }
    const id = await used.create('/clients', client, 'client_id')
    expect((await used.call('PATCH', `/clients/${id}`, { [field]: value })).status).toBe(400)
  })

  test('no more than fifty clients of a connection are changed at once, and none that is unknown', async () => {
    const enabled = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ client_id: `none-${n}`, status: true }))
    const path = '/connections/con_1/clients'
    expect((await used.call('PATCH', path, enabled(51))).status).toBe(400)
    expect((await used.call('PATCH', path, enabled(1))).status).toBe(404)
  })
})

describe('users at the Management API stand-in', () => {
  test('an address finds every user who has it, and is compared byte for byte', async () => {
    used.standIn.tenant.users.push(
      { user_id: 'auth0|1', email: 'ann@example.com', roles: ['rol_1'] },
      { user_id: 'google-oauth2|2', email: 'ann@example.com', roles: [] },
      { user_id: 'auth0|3', email: 'bob@example.com', roles: [] },
    )
    expect((await used.call('GET', '/users-by-email?email=ann%40example.com')).body).toEqual([
      { user_id: 'auth0|1', email: 'ann@example.com' },
      { user_id: 'google-oauth2|2', email: 'ann@example.com' },
    ])
    expect((await used.call('GET', '/users-by-email?email=Ann%40example.com')).body).toEqual([])
    expect((await used.call('GET', '/users-by-email')).status).toBe(400)
  })

  test.each([
    ['GET', '/users/none/roles'],
    ['POST', '/users/none/roles'],
    ['DELETE', '/users/none/roles'],
    ['POST', '/roles/rol_none/users'],
  ])('%s %s finds nobody', async (method, path) => {
    const body =
      method === 'GET' ? undefined : { [path.includes('/users/') ? 'roles' : 'users']: ['x'] }
    expect((await used.call(method, path, body)).status).toBe(404)
  })

  test('every scope that an endpoint needs is asked for', async () => {
    const all = [...used.standIn.scopes]
    used.standIn.scopes = new Set(all.filter((scope) => scope !== 'create:role_members'))
    expect(await used.call('POST', '/roles/x/users', { users: ['x'] })).toMatchObject({
      status: 403,
      body: { statusCode: 403, errorCode: 'insufficient_scope' },
    })
  })
})

describe('reads at the Management API stand-in that lag behind writes', () => {
  test('reads do not see a write for as many times as is set', async () => {
    used.standIn.lag.reads = 2
    await used.create('/resource-servers', API)
    const path = `/resource-servers/${encodeURIComponent(API.identifier)}`
    const statuses: number[] = []
    for (let reads = 0; reads < 4; reads += 1) statuses.push((await used.call('GET', path)).status)
    expect(statuses).toEqual([404, 404, 200, 200])
  })

  test('a write sees all writes before it', async () => {
    used.standIn.lag.reads = 100
    await used.create('/resource-servers', API)
    expect((await used.call('POST', '/resource-servers', API)).status).toBe(409)
  })
})
