import { randomUUID } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { presentClaims } from '../shared/present-claims.js'
import type { KeycloakClient, KeycloakRealm, KeycloakUser } from './realm.js'

export const TOKEN_SECONDS = 300

export interface AccessTokenParts {
  readonly client: KeycloakClient
  /** Names of client scopes, defaults included. */
  readonly scopes: readonly string[]
  readonly audiences: readonly string[]
  readonly openid?: boolean | undefined
  /** The thumbprint of the key that the token is bound to. */
  readonly jkt?: string | undefined
}

/** The claims of an access token of a user. */
export function userTokenClaims(
  realm: KeycloakRealm,
  user: KeycloakUser,
  parts: AccessTokenParts & { readonly sessionId: string },
): JWTPayload {
  return presentClaims({
    ...commonClaims(realm, parts),
    sub: user.id,
    sid: parts.sessionId,
    acr: '1',
    email_verified: true,
    name: user.name,
    preferred_username: user.username,
    email: user.email,
  })
}

/** The claims of a service account's access token: it looks like a user's. */
export function serviceAccountClaims(realm: KeycloakRealm, parts: AccessTokenParts): JWTPayload {
  const { clientId, serviceAccountId } = parts.client
  return presentClaims({
    ...commonClaims(realm, parts),
    sub: serviceAccountId,
    acr: '1',
    email_verified: false,
    preferred_username: `service-account-${clientId.toLowerCase()}`,
    clientHost: '127.0.0.1',
    clientAddress: '127.0.0.1',
    client_id: clientId,
  })
}

/** Keycloak writes one audience as a string. */
export function audienceClaim(audiences: readonly string[]): string | string[] | undefined {
  return audiences.length === 1 ? audiences[0] : audiences.length === 0 ? undefined : [...audiences]
}

function commonClaims(
  { issuer, scopes: known, now }: KeycloakRealm,
  { client, scopes, audiences, openid, jkt }: AccessTokenParts,
): Readonly<Record<string, unknown>> {
  const iat = Math.floor(now() / 1_000)
  const names = scopes.filter((name) => known.get(name)?.isInTokenScope === true)
  return {
    ...{ exp: iat + TOKEN_SECONDS, iat, jti: randomUUID(), iss: issuer, typ: 'Bearer' },
    aud: audienceClaim(audiences),
    azp: client.clientId,
    scope: [...(openid === true ? ['openid'] : []), ...names].join(' '),
    cnf: jkt === undefined ? undefined : { jkt },
  }
}
