import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Directory } from '../../../apps/authorization-server/directory.js'
import {
  PERMISSIONS,
  ACCESS_TOKEN,
  API,
  type Answer,
  PROFILE,
  type RunningServer,
  accessTokenOf,
  changedDirectory,
  customForm,
  decode,
  marketplaceSettings,
  obtainAccessToken,
  postJson,
  postToken,
  readAnswer,
  startAuthorizationServer,
  without,
  get,
} from './support.js'

const ALL = 'openid offline_access read:private'

let server: RunningServer
let subjectToken: string

beforeAll(async () => {
  server = await startAuthorizationServer()
  subjectToken = await obtainAccessToken(server, 'alice')
})

afterAll(async () => {
  await server.close()
})

/** Lets the downstream API have refresh tokens. */
function allowOfflineAccess({ resource_servers: [, api] }: Directory): void {
  if (api !== undefined) api.allow_offline_access = true
}

/** Runs a test against a server whose directory was changed; alice is signed in there. */
async function withDirectory(
  change: (directory: Directory) => void,
  run: (changed: RunningServer, subject: string) => Promise<void>,
): Promise<void> {
  const changed = await startAuthorizationServer({ directory: changedDirectory(change) })
  try {
    await run(changed, await obtainAccessToken(changed, 'alice'))
  } finally {
    await changed.close()
  }
}

describe('the Custom Token Exchange', () => {
  it('the Custom Token Exchange answers exactly as documented', async () => {
    const { status, headers, body } = await postToken(server, customForm(subjectToken))
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
    expect(body).toEqual({
      access_token: expect.any(String) as string,
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in: 86_400,
    })
  })

  it('the Custom Token Exchange issues a token of the same user for the calling client, without an actor', async () => {
    const token = accessTokenOf(await postToken(server, customForm(subjectToken)))
    const { payload } = await jwtVerify(
      token,
      createRemoteJWKSet(new URL('.well-known/jwks.json', server.issuer)),
      { issuer: server.issuer, audience: API },
    )
    expect(payload).toEqual({
      iss: server.issuer,
      sub: 'auth0|alice',
      aud: API,
      azp: 'mcp-server-custom',
      scope: 'read:private',
      iat: expect.any(Number) as number,
      exp: expect.any(Number) as number,
    })
  })

  it('the Custom Token Exchange accepts a JSON body, and the secret in the Authorization header', async () => {
    const { status } = await postJson(`${server.issuer}oauth/token`, customForm(subjectToken))
    expect(status).toBe(200)
    const form = without(customForm(subjectToken), 'client_id', 'client_secret')
    const secret = 'development-only-secret-of-the-custom-mcp-server'
    const authorization = `Basic ${btoa(`mcp-server-custom:${secret}`)}`
    expect((await postToken(server, form, { authorization })).status).toBe(200)
  })

  it('the Custom Token Exchange takes resource for audience, and the tenant’s default when there is neither', async () => {
    const form = without(customForm(subjectToken), 'audience')
    const byResource = await postToken(server, { ...form, resource: API })
    expect(decode(accessTokenOf(byResource)).claims.aud).toBe(API)
    await withDirectory(
      ({ tenant_settings }) => (tenant_settings.default_audience = API),
      async (changed, subject_token) => {
        const answer = await postToken(changed, { ...form, subject_token })
        expect(decode(accessTokenOf(answer)).claims.aud).toBe(API)
      },
    )
  })

  it('the Custom Token Exchange admits a public client whose id is in the list', async () => {
    await withDirectory(
      (directory) => {
        const { clients, client_grants } = directory
        const curl = clients.find((client) => client.client_id === 'curl')
        curl?.token_exchange.allow_any_profile_of_type.push('custom_authentication')
        marketplaceSettings(directory).ALLOWED_CLIENT_IDS.push('curl')
        for (const grant of client_grants) {
          if (grant.client_id === 'mcp-server-custom') grant.client_id = 'curl'
        }
      },
      async (changed, subject_token) => {
        const form = without(customForm(subject_token, { client_id: 'curl' }), 'client_secret')
        const { claims } = decode(accessTokenOf(await postToken(changed, form)))
        expect(claims).toMatchObject({ sub: 'auth0|alice', azp: 'curl' })
      },
    )
  })

  it('the Custom Token Exchange tells the log which profile it was, and never shows it a token', async () => {
    const answer = await postToken(server, customForm(subjectToken))
    expect(server.events).toContainEqual({
      type: 'token_exchanged',
      clientId: 'mcp-server-custom',
      subject: 'auth0|alice',
      audience: API,
      scopes: ['read:private'],
      actors: [],
      profile: PROFILE,
    })
    const log = JSON.stringify(server.events)
    expect(log).not.toContain(subjectToken)
    expect(log).not.toContain(accessTokenOf(answer))
  })
})

describe('the scopes of a Custom Token Exchange', () => {
  it('the scopes of a Custom Token Exchange are narrowed to what the user may do without an error, even to nothing', async () => {
    const subject = await obtainAccessToken(server, 'carol')
    const answer = await postToken(server, customForm(subject))
    expect(answer).toMatchObject({ status: 200, body: { scope: '' } })
    expect(decode(accessTokenOf(answer)).claims).not.toHaveProperty('scope')
  })

  it('the scopes of a Custom Token Exchange are all that the user may do when none is asked for', async () => {
    const answer = await postToken(server, without(customForm(subjectToken), 'scope'))
    expect(answer.body['scope']).toBe(PERMISSIONS.alice.api.join(' '))
  })

  it('the scopes of a Custom Token Exchange bring an ID token for openid, and the userinfo endpoint as second audience', async () => {
    const form = customForm(subjectToken, { scope: 'openid read:private' })
    const answer = await postToken(server, form)
    expect(answer.body).not.toHaveProperty('scope')
    expect(answer.body).not.toHaveProperty('refresh_token')
    const { claims } = decode(String(answer.body['id_token']))
    expect(claims).toMatchObject({
      iss: server.issuer,
      sub: 'auth0|alice',
      aud: 'mcp-server-custom',
    })
    expect(claims).not.toHaveProperty('email')
    const token = accessTokenOf(answer)
    expect(decode(token).claims.aud).toEqual([API, `${server.issuer}userinfo`])
    const headers = { authorization: `Bearer ${token}` }
    const userinfo = readAnswer(await get(`${server.issuer}userinfo`, headers))
    expect(userinfo).toMatchObject({ status: 200, body: { sub: 'auth0|alice' } })
  })

  it('the scopes of a Custom Token Exchange bring no refresh token when the API does not allow offline access, and say so', async () => {
    const answer = await postToken(server, customForm(subjectToken, { scope: ALL }))
    expect(answer.status).toBe(200)
    expect(answer.body).not.toHaveProperty('refresh_token')
    expect(answer.body['scope']).toBe('openid read:private')
  })

  it('the scopes of a Custom Token Exchange bring a refresh token for offline_access, which is good for another token', async () => {
    await withDirectory(allowOfflineAccess, async (changed, subject) => {
      const first = await postToken(changed, customForm(subject, { scope: ALL }))
      expect(first.body['refresh_token']).toBeTypeOf('string')
      const second = await refresh(changed, first)
      expect(second.status).toBe(200)
      expect(second.body['refresh_token']).not.toBe(first.body['refresh_token'])
      const { claims } = decode(accessTokenOf(second))
      expect(claims).toMatchObject({ sub: 'auth0|alice', azp: 'mcp-server-custom' })
      expect(claims['scope']).toBe(ALL)
      expect(claims).not.toHaveProperty('act')
      expect((await refresh(changed, first)).body['error']).toBe('invalid_grant')
    })
  })

  it('the scopes of a Custom Token Exchange bring no refresh token when nobody asks, or the client cannot use one', async () => {
    await withDirectory(allowOfflineAccess, async (changed, subject) => {
      const answer = await postToken(changed, customForm(subject))
      expect(answer.body).not.toHaveProperty('refresh_token')
    })
    await withDirectory(
      (directory) => {
        allowOfflineAccess(directory)
        for (const client of directory.clients) {
          if (client.client_id === 'mcp-server-custom') client.grant_types = []
        }
      },
      async (changed, subject) => {
        const answer = await postToken(changed, customForm(subject, { scope: ALL }))
        expect(answer.status).toBe(200)
        expect(answer.body).not.toHaveProperty('refresh_token')
      },
    )
  })
})

async function refresh(changed: RunningServer, { body }: Answer): Promise<Answer> {
  return postToken(changed, {
    grant_type: 'refresh_token',
    client_id: 'mcp-server-custom',
    client_secret: 'development-only-secret-of-the-custom-mcp-server',
    refresh_token: String(body['refresh_token']),
  })
}
