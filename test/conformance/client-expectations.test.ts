import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loadDirectory, withIdentifiers } from '../../apps/authorization-server/directory.js'
import { obtainToken } from '../../apps/development/obtain-token.js'
import { signIn } from '../../apps/development/sign-in.js'
import { startStack, type DevelopmentStack } from '../../apps/development/start-stack.js'
import { failureResponse } from '../../src/failures/failure-response.js'
import { OnBehalfOfError } from '../../src/failures/errors.js'
import { protectedResourceMetadata } from '../../src/http/protected-resource-metadata.js'
import { callTool, postMcp, rpc, rpcAnswer, type TestResponse } from '../helpers/mcp-requests.js'
import { RecordingLog } from '../helpers/recording-log.js'
import {
  authorizationRequest,
  postJson,
  postToken,
  startAuthorizationServer,
} from '../integration/authorization-server/support.js'

// What the official suite's client scenarios (named in brackets) let a client rely on: a server that did otherwise
// would make a conforming client fail. The runner wants every required auth scenario named here.

const METADATA = z.object({
  resource: z.string(),
  authorization_servers: z.array(z.string()),
  scopes_supported: z.array(z.string()),
})
const SERVER_METADATA = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  registration_endpoint: z.url(),
  scopes_supported: z.array(z.string()),
  grant_types_supported: z.array(z.string()),
  code_challenge_methods_supported: z.array(z.string()),
  token_endpoint_auth_methods_supported: z.array(z.string()),
  client_id_metadata_document_supported: z.boolean(),
  authorization_response_iss_parameter_supported: z.boolean(),
})

let stack: DevelopmentStack

beforeAll(async () => {
  stack = await startStack({
    ports: { authorizationServer: 0, api: 0, mcp: 0 },
    log: new RecordingLog(),
  })
})

afterAll(async () => {
  await stack.close()
})

async function readJson<T>(url: string | URL, schema: z.ZodType<T>): Promise<T> {
  const response = await fetch(url)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  return schema.parse(await response.json())
}

const wellKnown = (name: string): URL => new URL(`/.well-known/${name}`, stack.endpoint)
const metadata = () => readJson(wellKnown('oauth-protected-resource/mcp'), METADATA)
const serverMetadata = (name = 'oauth-authorization-server') =>
  readJson(`${stack.issuer}.well-known/${name}`, SERVER_METADATA)

/** The challenge's parameters; fails for another scheme, for one given twice, and for what is left over. */
function challengeOf(response: Pick<TestResponse, 'headers'>): Record<string, string> {
  const text = response.headers['www-authenticate'] ?? ''
  expect(text).toMatch(/^Bearer (?:[a-z_]+="[^"\\]*"(?:, |$))+$/)
  const pairs = [...text.matchAll(/([a-z_]+)="([^"\\]*)"/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ])
  expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length)
  return Object.fromEntries(pairs) as Record<string, string>
}

const refused = () => postMcp(stack.endpoint, rpc('tools/list'))
const tokenFor = (scope: string): Promise<string> =>
  obtainToken({ issuer: stack.issuer, username: 'alice', resource: stack.endpoint.href, scope })

describe('the way from the first 401 to the authorization server', () => {
  test('[auth/metadata-default] [auth/metadata-var3] the 401 says where the metadata is, and it leads on', async () => {
    const response = await refused()
    expect(response.status).toBe(401)
    const { resource_metadata: url = '', error } = challengeOf(response)
    expect(error).toBeUndefined()
    expect(url).toBe(wellKnown('oauth-protected-resource/mcp').href)
    const { authorization_servers: servers } = await readJson(url, METADATA)
    expect(servers).toEqual([stack.issuer])
    const found = await serverMetadata()
    expect(found.code_challenge_methods_supported).toContain('S256')
    for (const endpoint of [found.authorization_endpoint, found.token_endpoint]) {
      expect(new URL(endpoint).origin).toBe(new URL(stack.issuer).origin)
    }
  })

  test('[auth/metadata-var1] [auth/metadata-var2] who does not read the challenge finds the same at every well-known address', async () => {
    expect(await readJson(wellKnown('oauth-protected-resource'), METADATA)).toEqual(
      await metadata(),
    )
    expect(await serverMetadata('openid-configuration')).toEqual(await serverMetadata())
  })

  test('[auth/resource-mismatch] the resource is the URL that the client has, byte for byte', async () => {
    expect((await metadata()).resource).toBe(stack.endpoint.href)
  })

  test('[auth/metadata-issuer-mismatch] the issuer is written alike in all three documents', async () => {
    const { authorization_servers: servers } = await metadata()
    for (const name of ['oauth-authorization-server', 'openid-configuration']) {
      expect([(await serverMetadata(name)).issuer]).toEqual(servers)
    }
  })

  test('[auth/authorization-server-migration] a token of another authorization server is refused as a token, so that the client looks again', async () => {
    const identifiers = { mcp: stack.endpoint.href, api: stack.apiAudience }
    const former = await startAuthorizationServer({
      directory: withIdentifiers(loadDirectory(), identifiers),
    })
    try {
      const { issuer } = former
      const resource = stack.endpoint.href
      const token = await obtainToken({ issuer, username: 'alice', resource, scope: 'tool:whoami' })
      const response = await postMcp(stack.endpoint, rpc('tools/list'), { token })
      expect(response.status).toBe(401)
      expect(challengeOf(response)).toMatchObject({
        error: 'invalid_token',
        resource_metadata: wellKnown('oauth-protected-resource/mcp').href,
      })
      expect((await metadata()).authorization_servers).not.toContain(issuer)
    } finally {
      await former.close()
    }
  })
})

describe('scopes', () => {
  test('[auth/scope-from-www-authenticate] [auth/scope-from-scopes-supported] challenge and metadata ask for the same, and it is granted', async () => {
    const { scope = '' } = challengeOf(await refused())
    expect(scope.split(' ')).toEqual((await metadata()).scopes_supported)
    const token = await tokenFor(scope)
    expect((await postMcp(stack.endpoint, callTool('greet'), { token })).status).toBe(200)
  })

  test('[auth/scope-omitted-when-undefined] without a baseline neither names a scope, and a client that asks for none is let in', async () => {
    const description = { resource: stack.endpoint.href, authorizationServers: [stack.issuer] }
    const bare = protectedResourceMetadata({ ...description, baselineScopes: [] })
    expect(bare).not.toHaveProperty('scopes_supported')
    const { headers } = failureResponse(new OnBehalfOfError('no_credentials'), 'id', {
      resourceMetadataUrl: stack.endpoint,
      baselineScopes: [],
    })
    expect(headers['WWW-Authenticate']).not.toContain('scope')

    const redirectUri = 'http://127.0.0.1:49152/callback'
    const { url, verifier } = authorizationRequest(stack, {
      ...{ scope: '', resource: stack.endpoint.href, redirect_uri: redirectUri },
    })
    const callback = await signIn({ authorizationUrl: url, username: 'alice' })
    const { body } = await postToken(stack, {
      grant_type: 'authorization_code',
      client_id: 'curl',
      code: callback.searchParams.get('code') ?? '',
      code_verifier: verifier,
      redirect_uri: redirectUri,
    })
    const token = String(body['access_token'])
    const listed = await postMcp(stack.endpoint, rpc('tools/list'), { token })
    expect(listed.status).toBe(200)
    expect(rpcAnswer(listed)).toHaveProperty('result.tools')
  })

  test('[auth/scope-step-up] a call that needs more is 403 with what to ask for, and goes through with it', async () => {
    const token = await tokenFor('tool:whoami')
    expect((await postMcp(stack.endpoint, rpc('tools/list'), { token })).status).toBe(200)
    const response = await postMcp(stack.endpoint, callTool('greet'), { token })
    expect(response.status).toBe(403)
    const challenge = challengeOf(response)
    expect(challenge).toMatchObject({
      error: 'insufficient_scope',
      resource_metadata: wellKnown('oauth-protected-resource/mcp').href,
    })
    expect(response.body).toMatchObject({ error: 'insufficient_scope' })
    // The scopes at hand are in it: a client that replaces its token loses nothing.
    expect(challenge['scope']?.split(' ').sort()).toEqual(['tool:greet', 'tool:whoami'])
    const more = await tokenFor(challenge['scope'] ?? '')
    expect((await postMcp(stack.endpoint, callTool('greet'), { token: more })).status).toBe(200)
  })

  test('[auth/scope-retry-limit] a call that still needs more gets the same challenge, so that the client sees the circle', async () => {
    const challenges = []
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const token = await tokenFor('tool:whoami')
      challenges.push(challengeOf(await postMcp(stack.endpoint, callTool('greet'), { token })))
    }
    expect(new Set(challenges.map((challenge) => JSON.stringify(challenge))).size).toBe(1)
  })

  test('[auth/offline-access-scope] [auth/offline-access-not-supported] offline_access is offered by the authorization server alone, and does what it says', async () => {
    const found = await serverMetadata()
    expect(found.scopes_supported).toContain('offline_access')
    expect(found.grant_types_supported).toContain('refresh_token')
    expect((await metadata()).scopes_supported).not.toContain('offline_access')
    expect(challengeOf(await refused())['scope']).not.toContain('offline_access')
  })
})

describe('clients', () => {
  test('[auth/basic-cimd] client id metadata documents are advertised', async () => {
    expect((await serverMetadata()).client_id_metadata_document_supported).toBe(true)
  })

  test.each([
    ['auth/token-endpoint-auth-basic', 'client_secret_basic'],
    ['auth/token-endpoint-auth-post', 'client_secret_post'],
    ['auth/token-endpoint-auth-none', 'none'],
  ])(
    '[%s] the way %s to authenticate is advertised, and given to who registers for it',
    async (_, method) => {
      const found = await serverMetadata()
      expect(found.token_endpoint_auth_methods_supported).toContain(method)
      const { status, body } = await postJson(found.registration_endpoint, {
        redirect_uris: ['http://127.0.0.1:49152/callback'],
        token_endpoint_auth_method: method,
      })
      expect(status).toBe(201)
      expect(body).toMatchObject({ token_endpoint_auth_method: method })
      expect('client_secret' in body).toBe(method !== 'none')
    },
  )

  test('[auth/pre-registration] a client that is known already need not register', async () => {
    const token = await tokenFor('tool:whoami')
    expect((await postMcp(stack.endpoint, callTool('whoami'), { token })).status).toBe(200)
  })
})

describe('iss in the authorization response', () => {
  // Covers auth/iss-supported, auth/iss-not-advertised, auth/iss-supported-missing, auth/iss-wrong-issuer,
  // auth/iss-unexpected and auth/iss-normalized: each is a way to fail this.
  test.each(['allow', 'deny'] as const)(
    'is advertised and there, once, written as in the metadata (%s)',
    async (consent) => {
      const found = await serverMetadata()
      expect(found.authorization_response_iss_parameter_supported).toBe(true)
      const redirectUri = 'http://127.0.0.1:49152/callback'
      const { body } = await postJson(found.registration_endpoint, {
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
      })
      const { url } = authorizationRequest(stack, {
        client_id: String(body['client_id']),
        redirect_uri: redirectUri,
        resource: stack.endpoint.href,
      })
      const { searchParams } = await signIn({ authorizationUrl: url, username: 'alice', consent })
      expect(searchParams.has('error')).toBe(consent === 'deny')
      expect(searchParams.getAll('iss')).toEqual([found.issuer])
    },
  )
})
