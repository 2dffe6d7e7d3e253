import { describe, expect, it } from 'vitest'
import type { Directory } from '../../../apps/authorization-server/directory.js'
import {
  exchangeBy,
  expectRefusal,
  startActionServer,
  useAction,
  useActionServer,
  useModule,
} from './action-support.js'
import { API, decode } from './support.js'

const used = useActionServer()

describe('an Action', () => {
  it('an Action that sets a user signs that user in, whatever the subject token is', async () => {
    const { status, body } = await exchangeBy(
      used.server,
      `api.authentication.setUserById('auth0|alice')`,
    )
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
    const answer = await exchangeBy(used.server, body)
    expectRefusal(answer, [500, 'server_error'])
    expect(JSON.stringify([answer.body, used.server.events])).not.toContain('a-subject-token')
  })

  it.each([
    ['exports nothing', `exports.onExecutePostLogin = () => {}`],
    ['throws while it is loaded', `throw new Error('a-subject-token')`],
    ['requires an undeclared module while it is loaded', `require('undici')`],
  ])('an Action whose module %s is answered with 500 server_error', async (_what, code) => {
    useModule(used.server, code)
    expectRefusal(await used.server.exchange('x'), [500, 'server_error'])
  })

  it('an Action that does not end is answered with 500 server_error after its time, whatever it has said so far', async () => {
    const impatient = await startActionServer({
      actionTimeoutMs: 1,
      action: {
        code: `exports.onExecuteCustomTokenExchange = (event, api) => {
          api.authentication.setUserById('auth0|alice')
          return new Promise(() => {})
        }`,
      },
    })
    try {
      expectRefusal(await impatient.exchange('x'), [500, 'server_error'])
    } finally {
      await impatient.close()
    }
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
    expectRefusal(await exchangeBy(used.server, body, change), [400, 'invalid_request'])
  })

  it('an Action that sets a user is answered with 400 when the connection of the user is not enabled for the client', async () => {
    const body = `api.authentication.setUserById('auth0|alice')`
    const connected = (enabled: string[]) => (directory: Directory) => {
      directory.connections = [
        { name: 'Users', strategy: 'auth0', is_domain_connection: true, enabled_clients: enabled },
      ]
      for (const user of directory.users) user.connection = 'Users'
    }
    const refused = await exchangeBy(used.server, body, connected(['curl']))
    expectRefusal(refused, [400, 'invalid_request'])
    const { status } = await exchangeBy(used.server, body, connected(['mcp-server-custom']))
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
      const answer = await exchangeBy(used.server, body)
      expectRefusal(answer, [400, code])
      expect(answer.body['error_description']).toBe(reason)
    },
  )

  it('an Action shuts an address out by rejectInvalidSubjectToken, and by no other refusal', async () => {
    useAction(
      used.server,
      `
      const { subject_token: token } = event.transaction
      if (token === 'bad') api.access.rejectInvalidSubjectToken('bad')
      else api.access.deny('denied', 'denied')`,
    )
    for (const token of ['good', 'good', 'bad']) await used.server.exchange(token)
    expectRefusal(await used.server.exchange('good'), [429, 'too_many_attempts'])
    used.server.forgive()
    expectRefusal(await used.server.exchange('good'), [400, 'denied'])
  })

  it('an Action is told of the request, the client, the API and its secrets, and of no credential', async () => {
    useAction(used.server, `api.access.deny('told', JSON.stringify(event))`)
    const answer = await used.server.exchange('a-subject-token', {
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
        hostname: new URL(used.server.issuer).host,
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
    useAction(
      used.server,
      `
      const seen = api.cache.get('seen')?.value ?? ''
      api.cache.set('seen', seen + event.transaction.subject_token)
      const results = [
        api.cache.set('k'.repeat(65), ''),
        api.cache.set('big', 'v'.repeat(4097)),
        api.cache.set('brief', 'v', { ttl: 1000 }),
        api.cache.delete('nothing'),
      ]
      api.access.deny('seen', JSON.stringify([seen, results.map(({ type }) => type)]))`,
    )
    await used.server.exchange('1')
    await used.server.exchange('2')
    const { body } = await used.server.exchange('3')
    const results = ['error', 'error', 'success', 'error']
    expect(body['error_description']).toBe(JSON.stringify(['12', results]))
  })
})
