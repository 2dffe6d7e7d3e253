import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Directory } from '../../../apps/authorization-server/directory.js'
import {
  ACCESS_TOKEN,
  API,
  type Answer,
  MCP,
  type RunningServer,
  changedDirectory,
  exchangeForm,
  obtainAccessToken,
  postToken,
  registerClient,
  startAuthorizationServer,
  without,
} from './support.js'

let server: RunningServer
let subjectToken: string

beforeAll(async () => {
  server = await startAuthorizationServer()
  subjectToken = await obtainAccessToken(server, 'alice')
})

afterAll(async () => {
  await server.close()
})

function expectRefusal(answer: Answer, status: number, error: string): void {
  expect(answer).toMatchObject({
    status,
    body: { error, error_description: expect.any(String) as string },
  })
  expect(Object.keys(answer.body).toSorted()).toEqual(['error', 'error_description'])
  expect(answer.headers.get('cache-control')).toBe('no-store')
}

/** Exchanges on a server whose directory was changed; alice is signed in there. */
async function exchangeWith(
  change: (directory: Directory) => void,
  params: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const changed = await startAuthorizationServer({ directory: changedDirectory(change) })
  try {
    const subject = await obtainAccessToken(changed, 'alice')
    return await postToken(changed, exchangeForm(subject, params))
  } finally {
    await changed.close()
  }
}

describe('400: the request is wrong', () => {
  it.each(['subject_token', 'subject_token_type', 'requested_token_type', 'audience'])(
    'an On-Behalf-Of exchange is refused when %s is missing or blank',
    async (name) => {
      const form = without(exchangeForm(subjectToken), name)
      const missing = await postToken(server, form)
      expectRefusal(missing, 400, 'invalid_request')
      expect(missing.body['error_description']).toBe(`Missing required parameter: ${name}`)
      expectRefusal(await postToken(server, { ...form, [name]: ' ' }), 400, 'invalid_request')
    },
  )

  it.each(['subject_token_type', 'requested_token_type'])(
    'an On-Behalf-Of exchange is refused when %s is not an access token',
    async (name) => {
      const other = { [name]: 'urn:ietf:params:oauth:token-type:id_token' }
      const answer = await postToken(server, exchangeForm(subjectToken, other))
      expectRefusal(answer, 400, 'invalid_request')
      expect(answer.body['error_description']).toBe(`${name} must be ${ACCESS_TOKEN}`)
    },
  )

  it('an On-Behalf-Of exchange is refused when a parameter comes twice', async () => {
    const body = new URLSearchParams(exchangeForm(subjectToken))
    body.append('audience', MCP)
    const response = await request(new URL(server.issuer).origin)
      .post('/oauth/token')
      .type('form')
      .send(body.toString())
    expect(response.status).toBe(400)
    expect(response.body).toMatchObject({ error: 'invalid_request' })
  })

  it('an On-Behalf-Of exchange is refused when the audience is unknown, a slash too few included; the known ones are named', async () => {
    const audience = API.replace(/\/$/, '')
    const answer = await postToken(server, exchangeForm(subjectToken, { audience }))
    expectRefusal(answer, 400, 'invalid_target')
    expect(answer.body['error_description']).toContain(`Service not found: ${audience}.`)
    expect(answer.body['error_description']).toContain(API)
  })

  it('an On-Behalf-Of exchange is refused when the grant type is unknown', async () => {
    const params = { grant_type: 'urn:example:unknown' }
    const answer = await postToken(server, exchangeForm(subjectToken, params))
    expectRefusal(answer, 400, 'unsupported_grant_type')
  })
})

describe('401: the client or the subject token is not who it claims to be', () => {
  it('an On-Behalf-Of exchange is refused when the secret is wrong', async () => {
    const wrong = { client_secret: 'wrong' }
    expectRefusal(await postToken(server, exchangeForm(subjectToken, wrong)), 401, 'access_denied')
  })

  it('an On-Behalf-Of exchange is refused when the secret in the Authorization header is wrong', async () => {
    const form = without(exchangeForm(subjectToken), 'client_id', 'client_secret')
    const authorization = `Basic ${btoa('mcp-server:wrong')}`
    const answer = await postToken(server, form, { authorization })
    expectRefusal(answer, 401, 'access_denied')
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /)
  })

  it('an On-Behalf-Of exchange is refused when the client is unknown', async () => {
    const other = { client_id: 'nobody' }
    expectRefusal(await postToken(server, exchangeForm(subjectToken, other)), 401, 'access_denied')
  })

  it('an On-Behalf-Of exchange is refused when the client sends no secret', async () => {
    const form = without(exchangeForm(subjectToken), 'client_secret')
    expectRefusal(await postToken(server, form), 401, 'access_denied')
  })
})

describe('403: the client or the user may not', () => {
  it('an On-Behalf-Of exchange is refused when the client registered itself', async () => {
    const client_id = await registerClient(server)
    const form = without(exchangeForm(subjectToken, { client_id }), 'client_secret')
    expectRefusal(await postToken(server, form), 403, 'unauthorized_client')
  })

  it('an On-Behalf-Of exchange is refused when the client is pre-registered but no resource server', async () => {
    const form = without(exchangeForm(subjectToken, { client_id: 'curl' }), 'client_secret')
    expectRefusal(await postToken(server, form), 403, 'unauthorized_client')
  })

  it('an On-Behalf-Of exchange is refused when the client has no authentication', async () => {
    const makePublic = ({ clients: [client] }: Directory): void => {
      if (client === undefined) return
      client.token_endpoint_auth_method = 'none'
      delete client.client_secret
    }
    const answer = await exchangeWith(makePublic, { client_secret: '' })
    expectRefusal(answer, 403, 'unauthorized_client')
  })

  it('an On-Behalf-Of exchange is refused when On-Behalf-Of is not switched on for the client', async () => {
    const answer = await exchangeWith(({ clients: [client] }) => {
      if (client !== undefined) client.token_exchange.allow_any_profile_of_type = []
    })
    expectRefusal(answer, 403, 'unauthorized_client')
  })

  it.each([
    [
      'there is no client grant',
      ({ client_grants }: Directory) => {
        client_grants.shift()
      },
    ],
    [
      'the API admits no one on behalf of users',
      ({ resource_servers: [, api] }: Directory) => {
        if (api !== undefined) api.subject_type_authorization.user.policy = 'deny_all'
      },
    ],
  ])('an On-Behalf-Of exchange is refused when %s', async (_what, change) => {
    const answer = await exchangeWith(change)
    expectRefusal(answer, 403, 'access_denied')
    expect(answer.body['error_description']).toContain('Add a client grant')
  })

  it.each(['bob', 'carol'])(
    'an On-Behalf-Of exchange is refused when %s has none of the scopes that were asked for',
    async (username) => {
      const subject = await obtainAccessToken(server, username)
      expectRefusal(await postToken(server, exchangeForm(subject)), 403, 'invalid_scope')
    },
  )

  it('an On-Behalf-Of exchange is refused when the scope does not exist', async () => {
    const answer = await postToken(server, exchangeForm(subjectToken, { scope: 'read:tasks' }))
    expectRefusal(answer, 403, 'invalid_scope')
    expect(answer.body['error_description']).toContain('read:tasks')
  })

  it('an On-Behalf-Of exchange is refused when the scope is missing in the client grant', async () => {
    const answer = await exchangeWith(({ client_grants: [grant] }) => {
      if (grant !== undefined) grant.scope = []
    })
    expectRefusal(answer, 403, 'invalid_scope')
  })

  it('an On-Behalf-Of exchange is refused when users would have to be asked', async () => {
    const answer = await exchangeWith(({ resource_servers: [, api] }) => {
      if (api !== undefined) api.skip_consent_for_verifiable_first_party_clients = false
    })
    expectRefusal(answer, 403, 'consent_required')
  })
})

describe('the order of the checks', () => {
  it('the order of the checks puts the client before the subject token, that before the API, that before the scopes', async () => {
    const publicForm = without(
      exchangeForm('nonsense', {
        client_id: 'curl',
      }),
      'client_secret',
    )
    expectRefusal(await postToken(server, publicForm), 403, 'unauthorized_client')
    const unknown = { audience: 'urn:unknown', scope: 'read:tasks' }
    expectRefusal(await postToken(server, exchangeForm('nonsense', unknown)), 401, 'invalid_grant')
    expectRefusal(
      await postToken(server, exchangeForm(subjectToken, unknown)),
      400,
      'invalid_target',
    )
  })

  it('the order of the checks reports each refusal to the log', async () => {
    await postToken(server, exchangeForm(subjectToken, { scope: 'read:tasks' }))
    expect(server.events).toContainEqual({
      type: 'request_refused',
      endpoint: '/oauth/token',
      error: 'invalid_scope',
      description: 'The user does not have the requested scopes: read:tasks',
      clientId: 'mcp-server',
    })
    expect(server.events.filter((event) => event.type === 'server_error')).toEqual([])
  })
})
