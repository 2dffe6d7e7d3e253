import { describe, expect, test } from 'vitest'
import { IDENTITY_PROVIDERS } from '../../../src/identity-providers/identity-providers.js'
import { callerFromClaims, userKeyOf, type CallerPolicy } from '../../../src/identity/caller.js'
import { claimProfileOf } from '../../../src/identity/claim-profile.js'
import type { Claims } from '../../../src/identity/claims.js'
import {
  signInOfIdToken as signedInBy,
  type IdTokenUserOptions,
} from '../../../src/sign-in/id-token-user.js'

const ISSUER = 'https://issuer.example/'
const AT = { iss: ISSUER, client_id: 'c', exp: 2_000_000_000 }
const TENANT = 'aaaaaaaa-0000-4000-8000-000000000000'
const V1 = `https://sts.windows.net/${TENANT}/`
const V2 = `https://login.microsoftonline.com/${TENANT}/v2.0`
const { entra, okta } = IDENTITY_PROVIDERS

const userOfIdToken = (claims: Claims, options: IdTokenUserOptions): string | undefined => {
  const user = signedInBy(claims, options)
  return user && userKeyOf(user)
}

/** The user of the access token with which a call was made. */
const callerOf = (claims: Claims, policy: CallerPolicy = {}): string =>
  userKeyOf(callerFromClaims({ ...AT, ...claims }, policy))

describe('the user of an ID token is the one of the access token', () => {
  test('by sub and issuer', () => {
    const caller = callerOf({ sub: 'a' })
    expect(userOfIdToken({ iss: ISSUER, sub: 'a' }, {})).toBe(caller)
    expect(userOfIdToken({ iss: ISSUER, sub: 'b' }, {})).not.toBe(caller)
    expect(userOfIdToken({ iss: 'https://other.example/', sub: 'a' }, {})).not.toBe(caller)
  })

  test('at Entra by oid and tid, since each client has another sub, under either issuer of the tenant', () => {
    const claimProfile = entra.claims
    const policy = { claimProfile, primaryIssuers: { [V1]: V2 } }
    const person = { oid: 'o', tid: TENANT, scp: 'tool:greet' }
    const caller = callerOf({ iss: V1, sub: 'for the MCP server', ...person }, policy)
    const idToken = { iss: V2, sub: 'for the page', ...person }
    expect(userOfIdToken(idToken, policy)).toBe(caller)
    expect(userOfIdToken({ ...idToken, iss: V1 }, policy)).toBe(caller)
    expect(userOfIdToken({ ...idToken, oid: 'other' }, policy)).not.toBe(caller)
    expect(userOfIdToken({ ...idToken, tid: 'other' }, policy)).not.toBe(caller)
    const sameSub = { ...idToken, sub: 'for the MCP server', oid: 'other' }
    expect(userOfIdToken(sameSub, policy)).not.toBe(caller)
    for (const missing of ['oid', 'tid']) {
      expect(userOfIdToken({ ...idToken, [missing]: undefined }, policy)).toBeUndefined()
      expect(userOfIdToken({ ...idToken, [missing]: '' }, policy)).toBeUndefined()
    }
  })

  test('at Okta by uid, which is the sub of ID tokens', () => {
    const policy = { claimProfile: okta.claims }
    const caller = callerOf({ sub: 'alice@example.com', uid: '00u1' }, policy)
    expect(userOfIdToken({ iss: ISSUER, sub: '00u1' }, policy)).toBe(caller)
    expect(userOfIdToken({ iss: ISSUER, sub: '00u2', uid: '00u1' }, policy)).not.toBe(caller)
    expect(userOfIdToken({ iss: ISSUER, sub: 'alice@example.com' }, policy)).not.toBe(caller)
  })

  test('by the claims that are configured, and by nothing where they are missing', () => {
    const policy = { claimProfile: claimProfileOf({ subjectClaims: ['employee'] }) }
    const caller = callerOf({ sub: 'a', employee: '7' }, policy)
    expect(userOfIdToken({ iss: ISSUER, sub: 'other', employee: '7' }, policy)).toBe(caller)
    expect(userOfIdToken({ iss: ISSUER, sub: 'a', employee: '8' }, policy)).not.toBe(caller)
    expect(userOfIdToken({ iss: ISSUER, sub: 'a' }, policy)).toBeUndefined()
    expect(userOfIdToken({ iss: ISSUER, sub: 'a', employee: 7 }, policy)).toBeUndefined()
  })

  test('and is nobody without issuer or subject', () => {
    expect(userOfIdToken({ sub: 'a' }, {})).toBeUndefined()
    expect(userOfIdToken({ iss: ISSUER }, {})).toBeUndefined()
    expect(userOfIdToken({ iss: ISSUER, sub: '' }, {})).toBeUndefined()
  })
})
