import { describe, expect, it } from 'vitest'
import {
  CLIENT,
  expectRefusal,
  isShutOut,
  obtain,
  shippedAction,
  useActionServer,
} from './action-support.js'
import { API, MCP, decode } from './support.js'

const used = useActionServer()

describe('the shipped Action', () => {
  it('the shipped Action gives a token for the API as the user of a token that a client got by signing in', async () => {
    const { access_token: token } = await obtain(used.server, 'alice')
    const { status, body } = await used.server.exchange(String(token))
    expect({ status, scope: body['scope'] }).toEqual({ status: 200, scope: undefined })
    expect(decode(String(body['access_token'])).claims).toMatchObject({
      iss: used.server.issuer,
      sub: 'auth0|alice',
      aud: API,
      azp: CLIENT,
      scope: 'read:private',
    })
    expect(body).not.toHaveProperty('refresh_token')
  })

  it('the shipped Action takes both dialects of access tokens, and the userinfo endpoint as second audience', async () => {
    for (const token of [
      await used.server.subjectToken({}, 'JWT'),
      await used.server.subjectToken({ client_id: undefined, azp: 'curl' }, 'at+JWT'),
      await used.server.subjectToken({ aud: [MCP, `${used.server.issuer}userinfo`] }),
      await used.server.subjectToken({ gty: 'password', scope: undefined, sub_profile: 'user' }),
    ]) {
      expect((await used.server.exchange(token)).status).toBe(200)
    }
  })

  it('the shipped Action keeps the user in the organization of the subject token, which the request may name', async () => {
    const token = await used.server.subjectToken({ sub: 'auth0|bob', org_id: 'org_acme' })
    for (const params of [{}, { organization: 'org_acme' }]) {
      const { body } = await used.server.exchange(token, params)
      const { claims } = decode(String(body['access_token']))
      expect(claims).toMatchObject({ sub: 'auth0|bob', org_id: 'org_acme', scope: 'read:private' })
    }
  })

  it('the shipped Action gives an ID token where the subject token has the scope openid as well', async () => {
    const { access_token: token } = await obtain(used.server, 'alice', {
      scope: 'openid tool:greet',
    })
    const { status, body } = await used.server.exchange(String(token), {
      scope: 'openid read:private',
    })
    expect(status).toBe(200)
    expect(decode(String(body['id_token'])).claims.sub).toBe('auth0|alice')
  })
})

describe('the shipped Action refuses a request, and counts nothing', () => {
  it.each<readonly [string, Readonly<Record<string, string>>, readonly [number, string]]>([
    ['without a subject token', { subject_token: '' }, [400, 'invalid_request']],
    ['with a blank subject token', { subject_token: '  ' }, [400, 'invalid_request']],
    ['without an API', { audience: '' }, [400, 'invalid_request']],
    ['for the MCP server’s own API', { audience: MCP }, [400, 'invalid_target']],
    ['for an API that nobody knows', { audience: `${API}x` }, [400, 'invalid_target']],
    ['without a scope', { scope: '' }, [400, 'invalid_scope']],
    ['for a scope that is not allowed', { scope: 'read:tasks' }, [400, 'invalid_scope']],
    [
      'for a scope that is not allowed beside one that is',
      { scope: 'read:private read:tasks' },
      [400, 'invalid_scope'],
    ],
    ['for the name of a property', { scope: '__proto__ constructor' }, [400, 'invalid_scope']],
    ['for a scope in other letters', { scope: 'Read:Private' }, [400, 'invalid_scope']],
    [
      'for an ID token that the user has not granted',
      { scope: 'openid read:private' },
      [400, 'invalid_scope'],
    ],
    [
      'for a refresh token that the user has not granted',
      { scope: 'offline_access read:private' },
      [400, 'invalid_scope'],
    ],
    [
      'with an actor token',
      { actor_token: 'x', actor_token_type: 'urn:example:actor' },
      [400, 'invalid_request'],
    ],
    [
      'for an organization that the user has not signed in to',
      { organization: 'org_acme' },
      [400, 'invalid_request'],
    ],
  ])('the shipped Action refuses a request %s', async (_what, params, expected) => {
    expectRefusal(await used.server.exchange(await used.server.subjectToken(), params), expected)
    expect(await isShutOut(used.server)).toBe(false)
  })

  it('the shipped Action refuses another client than its own, though that may use Custom Token Exchange', async () => {
    used.server.use({ action: shippedAction({ CLIENT_ID: 'mcp-server' }) })
    const answer = await used.server.exchange(await used.server.subjectToken())
    expectRefusal(answer, [400, 'unauthorized_client'])
  })

  it.each(['SUBJECT_TOKEN_AUDIENCE', 'CLIENT_ID', 'TARGET_AUDIENCE', 'ALLOWED_SCOPES'])(
    'the shipped Action lets nobody in without its secret %s, and names it',
    async (name) => {
      used.server.use({ action: shippedAction({ [name]: ' ' }) })
      const answer = await used.server.exchange(await used.server.subjectToken())
      expectRefusal(answer, [500, 'server_error'])
      expect(answer.body['error_description']).toContain(name)
    },
  )
})
