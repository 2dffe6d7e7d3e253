import { type JWTPayload, SignJWT, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Directory } from '../../../apps/authorization-server/directory.js'
import {
  ACCESS_TOKEN,
  API,
  type Answer,
  MCP,
  type RunningServer,
  changedDirectory,
  customForm,
  decode,
  exchangeForm,
  marketplaceSettings,
  obtainAccessToken,
  obtainTokens,
  postToken,
  startAuthorizationServer,
  without,
} from './support.js'

let server: RunningServer
let subjectToken: string

beforeAll(async () => {
  server = await startAuthorizationServer({
    directory: changedDirectory((directory) => {
      // Bad tokens by the dozen come from one address here.
      const { stage } = directory.attack_protection.suspicious_ip_throttling
      stage['pre-custom-token-exchange'].max_attempts = 1000
    }),
  })
  subjectToken = await obtainAccessToken(server, 'alice')
})

afterAll(async () => {
  await server.close()
})

function expectRefusal(answer: Answer, status: number, error: string): void {
  expect(answer).toMatchObject({ status, body: { error } })
  expect(Object.keys(answer.body).toSorted()).toEqual(['error', 'error_description'])
}

async function exchangeWith(
  change: (directory: Directory) => void,
  params: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const changed = await startAuthorizationServer({ directory: changedDirectory(change) })
  try {
    return await postToken(changed, customForm(await obtainAccessToken(changed, 'alice'), params))
  } finally {
    await changed.close()
  }
}

/** The claims of a subject token as this server writes them, to be signed after a change. */
function claims(change: JWTPayload = {}): JWTPayload {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: server.issuer,
    sub: 'auth0|alice',
    aud: MCP,
    client_id: 'curl',
    iat: now,
    exp: now + 60,
    ...change,
  }
}

async function exchangeClaims(change: JWTPayload): Promise<Answer> {
  return postToken(server, customForm(await server.signToken(claims(change))))
}

describe('before the Action: a Custom Token Exchange is refused', () => {
  it('a Custom Token Exchange is refused when the secret is wrong', async () => {
    const answer = await postToken(server, customForm(subjectToken, { client_secret: 'wrong' }))
    expectRefusal(answer, 401, 'access_denied')
  })

  it('a Custom Token Exchange is refused when the client may use On-Behalf-Of alone, and the other way round', async () => {
    const { client_id = '', client_secret = '' } = exchangeForm('')
    const other = await postToken(server, customForm(subjectToken, { client_id, client_secret }))
    expectRefusal(other, 403, 'unauthorized_client')
    const form = { subject_token_type: ACCESS_TOKEN, requested_token_type: ACCESS_TOKEN }
    const asObo = await postToken(server, customForm(subjectToken, form))
    expectRefusal(asObo, 403, 'unauthorized_client')
  })

  it('a Custom Token Exchange is refused when the client is a third party', async () => {
    const answer = await exchangeWith(({ clients }) => {
      for (const client of clients) {
        if (client.client_id === 'mcp-server-custom') client.is_first_party = false
      }
    })
    expectRefusal(answer, 403, 'unauthorized_client')
  })

  it('a Custom Token Exchange is refused when no profile has the subject_token_type, and names those there are', async () => {
    const form = customForm(subjectToken, { subject_token_type: 'urn:fastmcp:mcp2' })
    const answer = await postToken(server, form)
    expectRefusal(answer, 400, 'invalid_request')
    expect(answer.body['error_description']).toContain('known: urn:fastmcp:mcp')
    const none = await exchangeWith(({ token_exchange_profiles }) => {
      token_exchange_profiles.pop()
    })
    expectRefusal(none, 400, 'invalid_request')
    expect(none.body['error_description']).toContain('known: none')
  })

  it('a Custom Token Exchange is refused when another type of token is wanted', async () => {
    const wanted = { requested_token_type: 'urn:ietf:params:oauth:token-type:id_token' }
    expectRefusal(await postToken(server, customForm(subjectToken, wanted)), 400, 'invalid_request')
    const same = { requested_token_type: ACCESS_TOKEN }
    expect((await postToken(server, customForm(subjectToken, same))).status).toBe(200)
  })

  it.each([{ actor_token: 'x' }, { actor_token_type: 'urn:example:actor' }])(
    'a Custom Token Exchange is refused when one of the actor parameters is missing: %o',
    async (params) => {
      const answer = await postToken(server, customForm(subjectToken, { ...params }))
      expectRefusal(answer, 400, 'invalid_request')
    },
  )

  it('a Custom Token Exchange is refused when the actor token says it is an ID token of this server, and is not', async () => {
    const actor_token_type = 'urn:ietf:params:oauth:token-type:id_token'
    const bad = customForm(subjectToken, { actor_token: 'x', actor_token_type })
    expectRefusal(await postToken(server, bad), 400, 'invalid_request')

    const { body } = await obtainTokens(server, 'bob', { scope: 'openid', resource: '' })
    const actor_token = String(body['id_token'])
    const good = await postToken(
      server,
      customForm(subjectToken, { actor_token, actor_token_type }),
    )
    expect(good.status).toBe(200)
    expect(decode(String(good.body['access_token'])).claims).not.toHaveProperty('act')
    const foreign = { actor_token: 'x', actor_token_type: 'urn:example:actor' }
    expect((await postToken(server, customForm(subjectToken, foreign))).status).toBe(200)
  })
})

describe('by the Action: a Custom Token Exchange is refused', () => {
  it('a Custom Token Exchange is refused by the Action without a subject token', async () => {
    const answer = await postToken(server, without(customForm(''), 'subject_token'))
    expectRefusal(answer, 400, 'invalid_request')
    expect(answer.body['error_description']).toBe('subject_token is required')
  })

  it('a Custom Token Exchange is refused when the client is not in its list', async () => {
    const answer = await exchangeWith((directory) => {
      marketplaceSettings(directory).ALLOWED_CLIENT_IDS = ['mcp-server']
    })
    expectRefusal(answer, 400, 'unauthorized_client')
  })

  it('a Custom Token Exchange is refused by the Action without a target, and with one that is not in its list', async () => {
    const none = await postToken(server, without(customForm(subjectToken), 'audience'))
    expectRefusal(none, 400, 'invalid_request')
    for (const audience of [MCP, API.slice(0, -1), 'urn:unknown']) {
      const other = await postToken(server, customForm(subjectToken, { audience }))
      expectRefusal(other, 400, 'invalid_target')
    }
  })

  const past = (): number => Math.floor(Date.now() / 1000) - 6
  it.each<[string, () => JWTPayload, string]>([
    ['has expired', () => ({ exp: past() }), 'expired'],
    ['has another issuer', () => ({ iss: 'https://other.example/' }), 'iss'],
    ['is for another API', () => ({ aud: API }), 'aud'],
    ['is not valid yet', () => ({ nbf: Math.floor(Date.now() / 1000) + 60 }), 'nbf'],
    ['is sender-constrained', () => ({ cnf: { jkt: 'x' } }), 'ender-constrained'],
  ])(
    'a Custom Token Exchange is refused when the subject token %s',
    async (_what, change, reason) => {
      const answer = await exchangeClaims(change())
      expectRefusal(answer, 400, 'invalid_request')
      expect(answer.body['error_description']).toContain(reason)
    },
  )

  it('a Custom Token Exchange is refused by the Action but not when the subject token expired within the tolerance of five seconds', async () => {
    const expired = (): number => Math.floor(Date.now() / 1000) - 1
    // On a busy machine an attempt may take longer than the tolerance; it then says nothing.
    let attempt = { status: 0, tookMs: Infinity }
    for (
      let tries = 0;
      tries < 20 && attempt.status !== 200 && attempt.tookMs > 2_500;
      tries += 1
    ) {
      const startedMs = Date.now()
      const { status } = await exchangeClaims({ exp: expired() })
      attempt = { status, tookMs: Date.now() - startedMs }
    }
    expect(attempt.status).toBe(200)
  })

  it('a Custom Token Exchange is refused when the subject token has a foreign signature, a foreign key, or none', async () => {
    const { privateKey } = await generateKeyPair('RS256')
    const { kid } = decode(subjectToken).header
    const sign = async (header: { kid?: string }): Promise<string> =>
      new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', ...header }).sign(privateKey)
    const tokens: [string, string][] = [
      [await sign(kid === undefined ? {} : { kid }), 'signature'],
      [await sign({ kid: 'unknown' }), 'No key'],
      ['not a JWT', 'not a valid JWT'],
    ]
    for (const [token, reason] of tokens) {
      const answer = await postToken(server, customForm(token))
      expectRefusal(answer, 400, 'invalid_request')
      expect(answer.body['error_description']).toContain(reason)
    }
  })

  it('a Custom Token Exchange is refused when a scope is outside of its list, though the user may', async () => {
    const answer = await postToken(server, customForm(subjectToken, { scope: 'read:tasks' }))
    expectRefusal(answer, 400, 'invalid_scope')
    expect(answer.body['error_description']).toContain('read:tasks')
    const offline = await exchangeWith(
      (directory) => {
        marketplaceSettings(directory).ALLOWED_SCOPES = ['read:private']
      },
      { scope: 'offline_access read:private' },
    )
    expectRefusal(offline, 400, 'invalid_scope')
    expect(offline.body['error_description']).toContain('offline_access')
  })

  it('a Custom Token Exchange is refused by the Action with a server error when the subject token has no subject', async () => {
    const claimsWithout = Object.entries(claims()).filter(([name]) => name !== 'sub')
    const token = await server.signToken(Object.fromEntries(claimsWithout))
    const answer = await postToken(server, customForm(token))
    expectRefusal(answer, 500, 'server_error')
    expect(answer.body['error_description']).toBe('Token exchange failed')
  })
})

describe('after the Action: a Custom Token Exchange is refused', () => {
  it('a Custom Token Exchange is refused when the user does not exist', async () => {
    expectRefusal(await exchangeClaims({ sub: 'auth0|mallory' }), 400, 'invalid_request')
  })

  it('a Custom Token Exchange is refused when there is no client grant', async () => {
    const answer = await exchangeWith(({ client_grants }) => {
      client_grants.splice(1, 1)
    })
    expectRefusal(answer, 403, 'access_denied')
  })

  it('a Custom Token Exchange is refused when users would have to be asked', async () => {
    const answer = await exchangeWith(({ resource_servers: [, api] }) => {
      if (api !== undefined) api.skip_consent_for_verifiable_first_party_clients = false
    })
    expectRefusal(answer, 403, 'consent_required')
  })
})

describe('the order of the Action’s checks', () => {
  it('the order of the Action’s checks is subject token, client, target, token, binding, scopes', async () => {
    const everythingWrong = {
      audience: 'urn:unknown',
      scope: 'read:tasks',
      subject_token: 'nonsense',
    }
    const unlisted = (directory: Directory): void => {
      marketplaceSettings(directory).ALLOWED_CLIENT_IDS = ['mcp-server']
    }
    const empty = await exchangeWith(unlisted, { ...everythingWrong, subject_token: '' })
    expect(empty.body['error_description']).toBe('subject_token is required')
    expectRefusal(await exchangeWith(unlisted, everythingWrong), 400, 'unauthorized_client')
    expectRefusal(await postToken(server, customForm('', everythingWrong)), 400, 'invalid_target')

    const badToken = await postToken(server, customForm('nonsense', { scope: 'read:tasks' }))
    expectRefusal(badToken, 400, 'invalid_request')
    const bound = await server.signToken(claims({ cnf: { jkt: 'x' } }))
    const badBinding = await postToken(server, customForm(bound, { scope: 'read:tasks' }))
    expectRefusal(badBinding, 400, 'invalid_request')
  })
})
