import { randomBytes } from 'node:crypto'
import type { JWTPayload } from 'jose'
import type { OktaServer, OktaUser } from './org.js'

export const TOKEN_SECONDS = 3_600

export interface TokenParts {
  readonly server: OktaServer
  readonly clientId: string
  readonly scopes: readonly string[]
  /** Seconds since 1970. */
  readonly issuedAt: number
}

/** The claims of an access token of a user: `scp` is a list, `uid` the user, `sub` what the server maps. */
export function userTokenClaims(user: OktaUser, parts: TokenParts): JWTPayload {
  const { server, issuedAt } = parts
  return {
    ...commonClaims(parts),
    uid: user.id,
    auth_time: issuedAt,
    sub: server.subject === 'login' ? user.email : user.employeeNumber,
  }
}

/** The claims of a service application's own access token: its subject is the client, and there is no `uid`. */
export function serviceTokenClaims(parts: TokenParts): JWTPayload {
  return { ...commonClaims(parts), sub: parts.clientId }
}

function commonClaims({ server, clientId, scopes, issuedAt }: TokenParts): JWTPayload {
  return {
    ...{ ver: 1, jti: `AT.${randomBytes(24).toString('base64url')}` },
    ...{ iss: server.issuer, aud: server.audience },
    ...{ iat: issuedAt, exp: issuedAt + TOKEN_SECONDS },
    ...{ cid: clientId, scp: [...scopes] },
  }
}
