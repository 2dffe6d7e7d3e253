import {
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  type JWTVerifyOptions,
} from 'jose'
import { fittingKey } from '../identity/fitting-key.js'
import type { Issuer } from '../identity/issuer-keys.js'
import { algorithmsOf } from '../identity/signing-algorithms.js'

export interface VerificationKeys {
  readonly issuer: Issuer
  readonly keySet: JSONWebKeySet
}

/**
 * The payload of a JWT that a key of its issuer has signed and whose claims hold; rejects as `jwtVerify` does.
 *
 * The signature is verified once where one key alone can have made it. Where that fails, or several keys can, `fittingKey`
 * tries them and has the issuer renew them.
 */
export async function verifiedJwt(
  token: string,
  { issuer, keySet }: VerificationKeys,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, (header) => onlyCandidate(keySet, header), options)
    return payload
  } catch (error) {
    if (isAboutClaims(error)) throw error
    const { payload } = await jwtVerify(token, fittingKey(keySet, issuer), options)
    return payload
  }
}

/** Claims are looked at once the signature holds. */
function isAboutClaims(error: unknown): boolean {
  return error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed
}

function onlyCandidate(
  keySet: JSONWebKeySet,
  { kid, alg = '' }: { readonly kid?: string | undefined; readonly alg?: string | undefined },
): JWK {
  const [only, ...others] = keySet.keys.filter(
    (key) => (kid === undefined || key.kid === kid) && algorithmsOf(key).includes(alg),
  )
  if (only === undefined || others.length > 0) throw new TypeError('no key, or several')
  return only
}
