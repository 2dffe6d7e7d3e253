import { describe, expect, test } from 'vitest'
import type { Claims } from '../../../src/identity/caller.js'
import { otherKindOf } from '../../../src/identity/token-kind.js'
import { assertAccessTokenType } from '../../../src/identity/token-type.js'
import { failureThrownBy } from '../outcomes.js'

const refusalOf = (claims: Claims, type: string | undefined) =>
  failureThrownBy(() => {
    assertAccessTokenType({ type, claims, keyId: undefined, issuer: undefined })
  }).details

describe('what is no access token by its own word', () => {
  test.each<[string, Claims]>([
    ['typ ID, as Keycloak writes it', { typ: 'ID', nonce: 'n', at_hash: 'h', auth_time: 1 }],
    ['typ Refresh', { typ: 'Refresh' }],
    ['typ Offline', { typ: 'Offline' }],
    ['typ Logout', { typ: 'Logout' }],
    ['a typ that is no text', { typ: 7 }],
    ['token_use id, as Cognito writes it', { token_use: 'id' }],
    ['a nonce', { nonce: 'n' }],
    ['at_hash', { at_hash: 'h' }],
    ['c_hash', { c_hash: 'h' }],
    ['s_hash', { s_hash: 'h' }],
    ['events', { events: {} }],
    ['at_hash under a kind that says access', { typ: 'Bearer', at_hash: 'h' }],
    ['a scope beside typ ID', { typ: 'ID', scope: 'tool:whoami' }],
  ])('[case 7] a token with %s is refused with wrong_type', (_what, claims) => {
    for (const type of ['JWT', undefined]) {
      expect(refusalOf(claims, type).reason).toBe('wrong_type')
    }
  })

  test.each<[string, string | undefined, Claims]>([
    ['header typ', 'dpop+jwt', {}],
    ['typ', 'at+jwt', { typ: 'ID' }],
    ['token_use', undefined, { token_use: 'id' }],
    ['at_hash', 'at+jwt', { at_hash: 'h' }],
    ['nonce', undefined, { nonce: 'n' }],
  ])('[case 7] the log says by which mark a token is none: %s', (mark, type, claims) => {
    expect(refusalOf(claims, type).log).toEqual({ mark })
  })

  test.each<[string, string | undefined, Claims]>([
    ['of RFC 9068', 'at+jwt', { auth_time: 1, acr: '1', amr: ['pwd'] }],
    ['of Keycloak', 'JWT', { typ: 'Bearer', auth_time: 1, sid: 's', azp: 'web' }],
    ['of Keycloak, bound by DPoP', 'JWT', { typ: 'DPoP' }],
    ['of an older Keycloak, with the nonce of the sign-in', 'JWT', { typ: 'Bearer', nonce: 'n' }],
    ['of Cognito', undefined, { token_use: 'access', auth_time: 1, version: 2 }],
    ['of Entra v2', 'JWT', { ver: '2.0', uti: 'u', rh: 'r', scp: 's', azpacr: '1' }],
    ['of Entra v1', 'JWT', { ver: '1.0', appid: 'a', acr: '1', amr: ['pwd'], aio: 'x' }],
    ['of Auth0', 'JWT', { azp: 'c', gty: 'password', permissions: [] }],
    ['of Okta', undefined, { ver: 1, cid: 'c', uid: 'u', scp: ['s'], auth_time: 1 }],
    ['of authentik', 'JWT', { auth_time: 1, amr: ['pwd'], sid: 's', azp: 'c', uid: 'u' }],
    ['of a server that writes null', 'JWT', { nonce: null, at_hash: null, typ: null }],
    ['that says in its header what it is, with a nonce', 'at+jwt', { nonce: 'n' }],
  ])('[case 7] an access token %s passes', (_what, type, claims) => {
    expect(otherKindOf({ type, claims })).toBeUndefined()
  })

  test.each(['dpop+jwt', 'logout+jwt', 'id_token+jwt', '', 'at jwt'])(
    'a token whose header says %j is refused',
    (type) => {
      expect(refusalOf({}, type).reason).toBe('wrong_type')
    },
  )
})
