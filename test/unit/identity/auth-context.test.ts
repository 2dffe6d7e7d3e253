import { describe, expect, test } from 'vitest'
import {
  authContextOf,
  createAuthInfo,
  findAuthContext,
  REDACTED_TOKEN,
  type AuthInfoOptions,
} from '../../../src/identity/auth-context.js'
import { callerFromClaims } from '../../../src/identity/caller.js'
import { Secret } from '../../../src/secret.js'
import { failureThrownBy } from '../outcomes.js'

const TOKEN = 'header.claims.signature'
const RESOURCE = 'https://mcp.example/mcp'
const EXPIRY = 2_000_000_000

const OPTIONS: AuthInfoOptions = {
  caller: callerFromClaims({
    iss: 'https://tenant.example/',
    sub: 'auth0|alice',
    client_id: 'client-1',
    exp: EXPIRY,
    scope: 'tool:greet tool:whoami',
  }),
  subjectToken: new Secret(TOKEN),
  requestId: 'request-1',
  resource: RESOURCE,
  challenges: { resourceMetadataUrl: new URL('https://mcp.example/.well-known/x') },
}

describe('the AuthInfo of a request', () => {
  test('the AuthInfo of a request tells a handler who is calling, by which client, with which scopes, and until when', () => {
    expect(createAuthInfo(OPTIONS)).toEqual({
      token: REDACTED_TOKEN,
      clientId: 'client-1',
      scopes: ['tool:greet', 'tool:whoami'],
      expiresAt: EXPIRY,
      resource: new URL(RESOURCE),
      resourceMetadataUrl: 'https://mcp.example/.well-known/x',
      extra: { iss: 'https://tenant.example/', sub: 'auth0|alice' },
    })
  })

  test('the AuthInfo of a request holds no token, whichever way a handler writes it out', () => {
    const authInfo = createAuthInfo(OPTIONS)
    expect(JSON.stringify([authInfo, authContextOf(authInfo)])).not.toContain(TOKEN)
  })

  test('the AuthInfo of a request names no resource where the resource identifier is no URL', () => {
    const authInfo = createAuthInfo({ ...OPTIONS, resource: 'mcp-server' })
    expect(authInfo).not.toHaveProperty('resource')
  })

  test('the AuthInfo of a request gives a handler scopes of its own: what it changes there does not change the caller', () => {
    const authInfo = createAuthInfo(OPTIONS)
    authInfo.scopes.push('tool:everything')
    expect(authContextOf(authInfo).caller.scopes).toEqual(['tool:greet', 'tool:whoami'])
  })
})

describe('the context of a request', () => {
  test('the context of a request is found by the AuthInfo that was made for it', () => {
    const { caller, subjectToken, requestId, challenges } = OPTIONS
    const authInfo = createAuthInfo(OPTIONS)
    expect(authContextOf(authInfo)).toEqual({ caller, subjectToken, requestId, challenges })
    expect(authContextOf(authInfo).subjectToken.reveal()).toBe(TOKEN)
    expect(findAuthContext(authInfo)).toBe(authContextOf(authInfo))
  })

  test('the context of a request is that of no other request of the same user', () => {
    const [one, other] = ['1', '2'].map((requestId) => createAuthInfo({ ...OPTIONS, requestId }))
    expect([authContextOf(one).requestId, authContextOf(other).requestId]).toEqual(['1', '2'])
  })

  test.each([
    ['no AuthInfo', undefined],
    ['a copy of an AuthInfo', { ...createAuthInfo(OPTIONS) }],
    ['an AuthInfo of another verifier', { token: TOKEN, clientId: 'client-1', scopes: [] }],
  ])(
    'the context of a request is refused for %s, with what has to be changed',
    (_what, authInfo) => {
      expect(findAuthContext(authInfo)).toBeUndefined()
      const { code, details } = failureThrownBy(() => authContextOf(authInfo))
      expect([code, details.reason]).toEqual(['misconfigured', 'no_auth_context'])
      expect(details.log?.['hint']).toContain('requireBearerAuth()')
    },
  )
})
