import { SignJWT, type JWTPayload } from 'jose'
import { API, ISSUER, NOW_SECONDS } from './exchange-requests.js'
import type { MintOptions, SigningKey } from './test-issuer.js'

/** A token for the API that is good at the time at which `ManualClock` starts, but for the changes. */
export function signed(
  key: SigningKey,
  { claims = {}, header = {} }: Omit<MintOptions, 'key'> = {},
): Promise<string> {
  const payload: JWTPayload = {
    iss: ISSUER,
    sub: 'auth0|alice',
    aud: API,
    iat: NOW_SECONDS,
    exp: NOW_SECONDS + 600,
    scope: 'read:private',
    ...claims,
  }
  const protectedHeader = { alg: 'ES256', kid: key.kid, typ: 'at+jwt', ...header }
  return new SignJWT(defined(payload))
    .setProtectedHeader(defined(protectedHeader))
    .sign(key.privateKey)
}

function defined<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T
}
