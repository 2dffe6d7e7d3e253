import { createHash, randomBytes } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { presentClaims } from '../shared/present-claims.js'
import type { EntraApp, EntraUser } from './directory.js'

/** Who a token is for, and from whom; times in seconds since 1970. */
export interface TokenParties {
  readonly tenantId: string
  /** The two names of the tenant in `iss`. */
  readonly issuers: { readonly v1: string; readonly v2: string }
  readonly resource: EntraApp
  /** The audience of a v1 token, as it was asked for. */
  readonly writtenAs: string
  readonly clientId: string
  /** 0 public, 1 secret, 2 certificate. */
  readonly clientAuthentication: '0' | '1' | '2'
  readonly issuedAt: number
}

export const TOKEN_SECONDS = 3_599

export interface UserTokenParts extends TokenParties {
  readonly user: EntraUser
  readonly scopes: readonly string[]
  /** Authentication contexts that were satisfied. */
  readonly acrs?: readonly string[] | undefined
  /** Client capabilities: `cp1`. */
  readonly capabilities?: readonly string[] | undefined
  readonly withIdtyp?: boolean | undefined
}

/** The claims of a token that a user's client gets. */
export function userTokenClaims(parts: UserTokenParts): JWTPayload {
  const { user, scopes, acrs, capabilities, resource } = parts
  return presentClaims({
    ...commonClaims(parts),
    sub: pairwiseSubject(user.id, resource.clientId),
    oid: user.id,
    scp: scopes.join(' '),
    name: user.name,
    [resource.accessTokenVersion === 2 ? 'preferred_username' : 'unique_name']: user.email,
    acrs,
    xms_cc: capabilities,
    idtyp: parts.withIdtyp === true ? 'user' : undefined,
  })
}

/** The claims of an app-only token: no user, no `scp`. */
export function appTokenClaims(
  parts: TokenParties & { readonly withIdtyp?: boolean | undefined },
): JWTPayload {
  const { resource, clientId } = parts
  const principal = pairwiseSubject('service principal', clientId).slice(0, 36)
  return presentClaims({
    ...commonClaims(parts),
    sub: principal,
    oid: principal,
    roles: [...resource.appRoles],
    idtyp: parts.withIdtyp === true ? 'app' : undefined,
  })
}

/** The claims of an ID token for a client. */
export function idTokenClaims(
  parts: Pick<TokenParties, 'tenantId' | 'issuers' | 'clientId' | 'issuedAt'> & {
    readonly user: EntraUser
    readonly nonce?: string | undefined
  },
): JWTPayload {
  const { user, tenantId, issuers, clientId, issuedAt, nonce } = parts
  return presentClaims({
    ...{ iss: issuers.v2, aud: clientId, ver: '2.0', tid: tenantId, nonce },
    ...times(issuedAt),
    sub: pairwiseSubject(user.id, clientId),
    oid: user.id,
    name: user.name,
    preferred_username: user.email,
    uti: uniqueId(),
  })
}

function commonClaims(parts: TokenParties): JWTPayload {
  const { resource, tenantId, issuers, clientId, clientAuthentication } = parts
  const own =
    resource.accessTokenVersion === 2
      ? {
          ...{ iss: issuers.v2, aud: resource.clientId, ver: '2.0' },
          ...{ azp: clientId, azpacr: clientAuthentication },
        }
      : {
          ...{ iss: issuers.v1, aud: parts.writtenAs, ver: '1.0' },
          ...{ appid: clientId, appidacr: clientAuthentication },
        }
  return { ...own, ...times(parts.issuedAt), tid: tenantId, uti: uniqueId() }
}

function times(issuedAt: number): JWTPayload {
  return { iat: issuedAt, nbf: issuedAt, exp: issuedAt + TOKEN_SECONDS }
}

function pairwiseSubject(userId: string, appId: string): string {
  return createHash('sha256').update(`${userId} ${appId}`).digest('base64url')
}

function uniqueId(): string {
  return randomBytes(16).toString('base64url')
}
