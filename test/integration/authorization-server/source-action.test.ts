import { describe, expect, it, onTestFinished } from 'vitest'
import type { Directory } from '../../../apps/authorization-server/directory.js'
import {
  type ActionServer,
  type ActionServerOptions,
  expectRefusal,
  startActionServer,
} from './action-support.js'
import { API, type Answer, decode } from './support.js'

const EXCHANGE_OFFLINE = { scope: 'offline_access read:private' }

/** Runs a server whose profile has an Action with this body. `event` and `api` are in its reach. */
async function withAction(
  body: string,
  options: Omit<ActionServerOptions, 'action'> = {},
): Promise<ActionServer> {
  const code = `exports.onExecuteCustomTokenExchange = async (event, api) => {\n${body}\n}`
  return withModule(code, options)
}

async function withModule(
  code: string,
  options: Omit<ActionServerOptions, 'action'> = {},
): Promise<ActionServer> {
  const action = { code, secrets: { COLOUR: 'green' }, dependencies: [{ name: 'jose' as const }] }
  const server = await startActionServer({ ...options, action })
  onTestFinished(() => server.close())
  return server
}

async function exchangeBy(body: string, options?: ActionServerOptions): Promise<Answer> {
  const server = await withAction(body, options)
  return server.exchange('a-subject-token')
}

function allowOfflineAccess({ resource_servers: [, api] }: Directory): void {
  if (api !== undefined) api.allow_offline_access = true
}

describe('an Action', () => {
  it('an Action that sets a user signs that user in, whatever the subject token is', async () => {
    const { status, body } = await exchangeBy(`api.authentication.setUserById('auth0|alice')`)
    expect(status).toBe(200)
    const { claims } = decode(String(body['access_token']))
    expect(claims).toMatchObject({ sub: 'auth0|alice', aud: API, scope: 'read:private' })
    expect(claims).not.toHaveProperty('act')
  })

  it.each([
    ['throws', `throw new Error(event.transaction.subject_token)`],
    ['throws a text', `throw 'a-subject-token'`],
    [
      'throws after it has set a user',
      `api.authentication.setUserById('auth0|alice'); throw new Error()`,
    ],
    ['sets no user', `return`],
    [
      'sets two users',
      `api.authentication.setUserById('auth0|alice'); api.authentication.setUserById('auth0|bob')`,
    ],
    [
      'sets the same user twice',
      `api.authentication.setUserById('auth0|alice'); api.authentication.setUserById('auth0|alice')`,
    ],
    ['sets no text as user', `api.authentication.setUserById({ sub: 'auth0|alice' })`],
    ['sets an empty user', `api.authentication.setUserById('')`],
    ['refuses without a reason', `api.access.deny('my_code')`],
    ['calls what is not there', `api.authentication.letEverybodyIn()`],
    ['requires what it has not declared', `require('node:fs')`],
    ['denies with server_error', `api.access.deny('server_error', 'The database is down')`],
  ])('an Action that %s is answered with 500 server_error', async (_what, body) => {
    const server = await withAction(body)
    const answer = await server.exchange('a-subject-token')
    expectRefusal(answer, [500, 'server_error'])
    expect(JSON.stringify([answer.body, server.events])).not.toContain('a-subject-token')
  })

  it.each([
    ['exports nothing', `exports.onExecutePostLogin = () => {}`],
    ['throws while it is loaded', `throw new Error('a-subject-token')`],
    ['requires an undeclared module while it is loaded', `require('undici')`],
  ])('an Action whose module %s is answered with 500 server_error', async (_what, code) => {
    expectRefusal(await (await withModule(code)).exchange('x'), [500, 'server_error'])
  })

  it('an Action that does not end is answered with 500 server_error after its time, whatever it has said so far', async () => {
    const body = `api.authentication.setUserById('auth0|alice'); await new Promise(() => {})`
    expectRefusal(await exchangeBy(body, { actionTimeoutMs: 1 }), [500, 'server_error'])
  })

  it.each([
    ['does not exist', `api.authentication.setUserById('auth0|mallory')`, undefined],
    [
      'is blocked',
      `api.authentication.setUserById('auth0|alice')`,
      ({ users: [alice] }: Directory): void => {
        if (alice !== undefined) alice.blocked = true
      },
    ],
  ])('an Action that sets a user who %s is answered with 400', async (_what, body, change) => {
    expectRefusal(await exchangeBy(body, { change }), [400, 'invalid_request'])
  })

  it('an Action that sets a user is answered with 400 when the connection of the user is not enabled for the client', async () => {
    const body = `api.authentication.setUserById('auth0|alice')`
    const connected = (enabled: string[]) => (directory: Directory) => {
      directory.connections = [
        { name: 'Users', strategy: 'auth0', is_domain_connection: true, enabled_clients: enabled },
      ]
      for (const user of directory.users) user.connection = 'Users'
    }
    const refused = await exchangeBy(body, { change: connected(['curl']) })
    expectRefusal(refused, [400, 'invalid_request'])
    const { status } = await exchangeBy(body, { change: connected(['mcp-server-custom']) })
    expect(status).toBe(200)
  })

  it.each([
    [`api.access.deny('invalid_request', 'No')`, 'invalid_request', 'No'],
    [`api.access.deny('no_such_tenant', 'Not here')`, 'no_such_tenant', 'Not here'],
    [`api.access.rejectInvalidSubjectToken('Forged')`, 'invalid_request', 'Forged'],
    [
      `api.access.deny('first', 'One'); api.access.rejectInvalidSubjectToken('Two')`,
      'first',
      'One',
    ],
    [
      `api.authentication.setUserById('auth0|alice'); api.access.deny('changed_mind', 'No')`,
      'changed_mind',
      'No',
    ],
  ])(
    'an Action that refuses is answered with 400 and its words: %s',
    async (body, code, reason) => {
      const answer = await exchangeBy(body)
      expectRefusal(answer, [400, code])
      expect(answer.body['error_description']).toBe(reason)
    },
  )

  it('an Action shuts an address out by rejectInvalidSubjectToken, and by no other refusal', async () => {
    const server = await withAction(`
      const { subject_token: token } = event.transaction
      if (token === 'bad') api.access.rejectInvalidSubjectToken('bad')
      else api.access.deny('denied', 'denied')`)
    for (const token of ['good', 'good', 'bad']) await server.exchange(token)
    expectRefusal(await server.exchange('good'), [429, 'too_many_attempts'])
    server.forgive()
    expectRefusal(await server.exchange('good'), [400, 'denied'])
  })

  it('an Action is told of the request, the client, the API and its secrets, and of no credential', async () => {
    const server = await withAction(`api.access.deny('told', JSON.stringify(event))`)
    const answer = await server.exchange('a-subject-token', {
      organization: 'org_acme',
      actor_token: 'an-actor',
      actor_token_type: 'urn:example:actor',
      colour: 'red',
    })
    const event = JSON.parse(String(answer.body['error_description'])) as Record<string, unknown>
    expect(event).toMatchObject({
      client: { client_id: 'mcp-server-custom', metadata: {} },
      organization: { id: 'org_acme', name: 'acme', display_name: 'Acme', metadata: {} },
      request: {
        hostname: new URL(server.issuer).host,
        ip: '127.0.0.1',
        method: 'POST',
        body: { colour: 'red', subject_token: 'a-subject-token' },
      },
      resource_server: { identifier: API },
      secrets: { COLOUR: 'green' },
      tenant: { id: 'localhost' },
      transaction: {
        subject_token: 'a-subject-token',
        subject_token_type: 'urn:fastmcp:mcp',
        requested_scopes: ['read:private'],
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        actor_token: 'an-actor',
        actor_token_type: 'urn:example:actor',
      },
    })
    expect(JSON.stringify(event)).not.toContain('development-only-secret')
  })

  it('an Action keeps texts in a cache between its runs, within the limits of Auth0', async () => {
    const server = await withAction(`
      const seen = api.cache.get('seen')?.value ?? ''
      api.cache.set('seen', seen + event.transaction.subject_token)
      const results = [
        api.cache.set('k'.repeat(65), ''),
        api.cache.set('big', 'v'.repeat(4097)),
        api.cache.set('brief', 'v', { ttl: 1000 }),
        api.cache.delete('nothing'),
      ]
      api.access.deny('seen', JSON.stringify([seen, results.map(({ type }) => type)]))`)
    await server.exchange('1')
    await server.exchange('2')
    const { body } = await server.exchange('3')
    const results = ['error', 'error', 'success', 'error']
    expect(body['error_description']).toBe(JSON.stringify(['12', results]))
  })
})

describe('the further words of an Action', () => {
  const ALICE = `api.authentication.setUserById('auth0|alice')`

  it('an Action finds an existing user by connection, and creates none', async () => {
    const by = (connection: string, userId: string, options: string): string =>
      `api.authentication.setUserByConnection('${connection}', { user_id: '${userId}' }, ${options})`
    const options = `{ creationBehavior: 'create_if_not_exists', updateBehavior: 'none' }`
    const known = 'Username-Password-Authentication'
    const { body } = await exchangeBy(by(known, 'alice', options))
    expect(decode(String(body['access_token'])).claims.sub).toBe('auth0|alice')
    const refusals: [string, [number, string]][] = [
      [by(known, 'mallory', options), [400, 'invalid_request']],
      [by('Unknown', 'alice', options), [500, 'server_error']],
      [by(known, 'alice', `{ creationBehavior: 'always' }`), [500, 'server_error']],
    ]
    for (const [action, expected] of refusals) expectRefusal(await exchangeBy(action), expected)
  })

  it('an Action signs a member in to an organization by id or by name, and nobody else', async () => {
    for (const organization of ['org_acme', 'acme']) {
      const set = `api.authentication.setOrganization('${organization}')`
      const { body } = await exchangeBy(`${set}; ${ALICE}`)
      expect(decode(String(body['access_token'])).claims['org_id']).toBe('org_acme')
      const foreign = await exchangeBy(`${set}; api.authentication.setUserById('auth0|carol')`)
      expectRefusal(foreign, [403, 'invalid_request'])
    }
    const unknown = await exchangeBy(`api.authentication.setOrganization('none'); ${ALICE}`)
    expectRefusal(unknown, [403, 'invalid_request'])
  })

  it('an Action sets who acts for the user, five actors at most, and there is no refresh token then', async () => {
    const set = (actor: object): string =>
      `api.authentication.setActor(${JSON.stringify(actor)}); ${ALICE}`
    const nested = (depth: number): object =>
      depth === 1 ? { sub: 'a1' } : { sub: `a${depth}`, act: nested(depth - 1) }
    const server = await withAction(set({ ...nested(5), kind: 'agent' }), {
      change: allowOfflineAccess,
    })
    const { body } = await server.exchange('x', EXCHANGE_OFFLINE)
    expect(decode(String(body['access_token'])).claims['act']).toEqual({
      ...nested(5),
      kind: 'agent',
    })
    expect(body).not.toHaveProperty('refresh_token')
    const without = await withAction(ALICE, { change: allowOfflineAccess })
    expect((await without.exchange('x', EXCHANGE_OFFLINE)).body).toHaveProperty('refresh_token')

    const six = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, 1]))
    for (const actor of [
      nested(6),
      { sub: '' },
      {},
      { sub: 'a', list: [] },
      { sub: 'a', ...six },
    ]) {
      expectRefusal(await exchangeBy(set(actor)), [500, 'server_error'])
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
    await exchangeBy(`${words}; api.access.deny('no', 'no')`, { change })
    expect(held.directory?.users[0]?.app_metadata).toEqual({ plan: 'free', old: 1 })
    expect((await exchangeBy(words, { change })).status).toBe(200)
    expect(held.directory?.users[0]).toMatchObject({
      app_metadata: { plan: 'premium' },
      user_metadata: { theme: 'dark' },
    })
    expect(held.directory?.users[0]?.app_metadata).not.toHaveProperty('old')
  })
})
