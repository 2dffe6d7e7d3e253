import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Directory } from '../../../apps/authorization-server/directory.js'
import {
  type Answer,
  type RunningServer,
  accessTokenOf,
  changedDirectory,
  decode,
  exchangeForm,
  obtainAccessToken,
  postToken,
  startAuthorizationServer,
} from './support.js'

const HOPS = 5

let server: RunningServer

beforeAll(async () => {
  server = await startAuthorizationServer({ directory: changedDirectory(addServices) })
})

afterAll(async () => {
  await server.close()
})

const identifier = (index: number): string => `https://service-${index}.example/`

/** Adds services 0 to 5; each may call the next one on behalf of users. */
function addServices(directory: Directory): void {
  for (let index = 0; index <= HOPS; index += 1) {
    directory.resource_servers.push({
      name: `Service ${index}`,
      identifier: identifier(index),
      scopes: [{ value: 'call' }],
      signing_alg: 'RS256',
      token_dialect: index % 2 === 0 ? 'access_token' : 'rfc9068_profile',
      token_lifetime: 3600,
      enforce_policies: false,
      allow_offline_access: false,
      skip_consent_for_verifiable_first_party_clients: true,
      subject_type_authorization: { user: { policy: 'allow_all' } },
    })
    directory.clients.push({
      client_id: `service-${index}`,
      name: `Service ${index}`,
      client_secret: `secret-of-service-${index}`,
      app_type: 'resource_server',
      is_first_party: true,
      resource_server_identifier: identifier(index),
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: [],
      callbacks: [],
      token_exchange: { allow_any_profile_of_type: ['on_behalf_of_token_exchange'] },
    })
  }
}

/** Service `index` exchanges what it received for a token of the next service. */
async function hop(index: number, received: string): Promise<Answer> {
  return postToken(
    server,
    exchangeForm(received, {
      client_id: `service-${index}`,
      client_secret: `secret-of-service-${index}`,
      audience: identifier(index + 1),
      scope: 'call',
    }),
  )
}

describe('a chain of exchanges', () => {
  it('a chain of exchanges nests every actor, newest outside, and ends at five', async () => {
    let token = await obtainAccessToken(server, 'alice', {
      resource: identifier(0),
      scope: 'call',
    })
    let expected: Record<string, unknown> = { sub: 'curl' }
    for (let index = 0; index < HOPS - 1; index += 1) {
      token = accessTokenOf(await hop(index, token))
      expected = { sub: `service-${index}`, act: expected }
      const { claims } = decode(token)
      expect(claims['act']).toEqual(expected)
      expect(claims.sub).toBe('auth0|alice')
      expect(claims['azp'] ?? claims['client_id']).toBe(`service-${index}`)
    }

    expect(await hop(HOPS - 1, token)).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_request',
        error_description:
          'Delegation chain (`act` claim) depth exceeds the maximum allowed limit of 5',
      },
    })
  })

  it('a chain of exchanges keeps what else an actor of a subject token says', async () => {
    const now = Math.floor(Date.now() / 1000)
    const actor = { sub: 'agt_1', sub_profile: 'ai_agent', act: { sub: 'curl', iss: 'x' } }
    const token = await server.signToken({
      iss: server.issuer,
      sub: 'auth0|alice',
      aud: identifier(0),
      azp: 'another-service',
      act: actor,
      iat: now,
      exp: now + 60,
    })
    const { claims } = decode(accessTokenOf(await hop(0, token)))
    expect(claims['act']).toEqual({ sub: 'service-0', act: actor })
  })

  it('a chain of exchanges does not let a service trade a token that was issued for another one', async () => {
    const token = await obtainAccessToken(server, 'alice', {
      resource: identifier(1),
      scope: 'call',
    })
    expect(await hop(0, token)).toMatchObject({ status: 401, body: { error: 'invalid_grant' } })
  })
})
