import { describe, expect, it } from 'vitest'
import type { Directory } from '../../../apps/authorization-server/directory.js'
import { exchangeBy, expectRefusal, useAction, useActionServer } from './action-support.js'
import { decode } from './support.js'

const EXCHANGE_OFFLINE = { scope: 'offline_access read:private' }

const used = useActionServer()

function allowOfflineAccess({ resource_servers: [, api] }: Directory): void {
  if (api !== undefined) api.allow_offline_access = true
}

describe('the further words of an Action', () => {
  const ALICE = `api.authentication.setUserById('auth0|alice')`

  it('an Action finds an existing user by connection, and creates none', async () => {
    const by = (connection: string, userId: string, options: string): string =>
      `api.authentication.setUserByConnection('${connection}', { user_id: '${userId}' }, ${options})`
    const options = `{ creationBehavior: 'create_if_not_exists', updateBehavior: 'none' }`
    const known = 'Username-Password-Authentication'
    const { body } = await exchangeBy(used.server, by(known, 'alice', options))
    expect(decode(String(body['access_token'])).claims.sub).toBe('auth0|alice')
    const refusals: [string, [number, string]][] = [
      [by(known, 'mallory', options), [400, 'invalid_request']],
      [by('Unknown', 'alice', options), [500, 'server_error']],
      [by(known, 'alice', `{ creationBehavior: 'always' }`), [500, 'server_error']],
    ]
    for (const [action, expected] of refusals)
      expectRefusal(await exchangeBy(used.server, action), expected)
  })

  it('an Action signs a member in to an organization by id or by name, and nobody else', async () => {
    for (const organization of ['org_acme', 'acme']) {
      const set = `api.authentication.setOrganization('${organization}')`
      const { body } = await exchangeBy(used.server, `${set}; ${ALICE}`)
      expect(decode(String(body['access_token'])).claims['org_id']).toBe('org_acme')
      const foreign = await exchangeBy(
        used.server,
        `${set}; api.authentication.setUserById('auth0|carol')`,
      )
      expectRefusal(foreign, [403, 'invalid_request'])
    }
    const unknown = await exchangeBy(
      used.server,
      `api.authentication.setOrganization('none'); ${ALICE}`,
    )
    expectRefusal(unknown, [403, 'invalid_request'])
  })

  it('an Action sets who acts for the user, five actors at most, and there is no refresh token then', async () => {
    const set = (actor: object): string =>
      `api.authentication.setActor(${JSON.stringify(actor)}); ${ALICE}`
    const nested = (depth: number): object =>
      depth === 1 ? { sub: 'a1' } : { sub: `a${depth}`, act: nested(depth - 1) }
    useAction(used.server, set({ ...nested(5), kind: 'agent' }), allowOfflineAccess)
    const { body } = await used.server.exchange('x', EXCHANGE_OFFLINE)
    expect(decode(String(body['access_token'])).claims['act']).toEqual({
      ...nested(5),
      kind: 'agent',
    })
    expect(body).not.toHaveProperty('refresh_token')
    useAction(used.server, ALICE, allowOfflineAccess)
    expect((await used.server.exchange('x', EXCHANGE_OFFLINE)).body).toHaveProperty('refresh_token')

    const six = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, 1]))
    for (const actor of [
      nested(6),
      { sub: '' },
      {},
      { sub: 'a', list: [] },
      { sub: 'a', ...six },
    ]) {
      expectRefusal(await exchangeBy(used.server, set(actor)), [500, 'server_error'])
    }
  })

  it('an Action changes the metadata of the user it signs in, and of nobody when it fails', async () => {
    const held: { directory?: Directory } = {}
    const change = (directory: Directory): void => {
      held.directory = directory
      const [alice] = directory.users
      if (alice !== undefined) alice.app_metadata = { plan: 'free', old: 1 }
    }
    const words = `
      api.user.setAppMetadata('plan', 'premium')
      api.user.setAppMetadata('old', null)
      api.user.setUserMetadata('theme', 'dark')
      ${ALICE}`
    await exchangeBy(used.server, `${words}; api.access.deny('no', 'no')`, change)
    expect(held.directory?.users[0]?.app_metadata).toEqual({ plan: 'free', old: 1 })
    expect((await exchangeBy(used.server, words, change)).status).toBe(200)
    expect(held.directory?.users[0]).toMatchObject({
      app_metadata: { plan: 'premium' },
      user_metadata: { theme: 'dark' },
    })
    expect(held.directory?.users[0]?.app_metadata).not.toHaveProperty('old')
  })
})
