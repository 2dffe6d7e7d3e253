import { flattenedVerify, type FlattenedJWSInput, type JSONWebKeySet, type JWK } from 'jose'
import type { JWSHeaderParameters } from 'jose'
import { algorithmsOf } from './signing-algorithms.js'
import type { Issuer } from './issuer-keys.js'

type FindKey = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<JWK>

/**
 * Finds the key for `jwtVerify` among those of an issuer, by trying the ones that may fit.
 *
 * Where none fits, the issuer is asked once for renewed keys. Rejects with a `TypeError` where there is no key for the token's
 * key id and algorithm.
 */
export function fittingKey(keySet: JSONWebKeySet, issuer: Issuer | undefined): FindKey {
  return async (header, token) => {
    const found = await firstFitting(keySet, header, token)
    if (found !== undefined) return found
    const renewed = (await issuer?.keys(header.kid, { tried: keySet })) ?? keySet
    const key = await firstFitting(renewed, header, token)
    if (key === undefined) throw new TypeError('no key of the issuer fits')
    return key
  }
}

async function firstFitting(
  keySet: JSONWebKeySet,
  { kid, alg = '' }: JWSHeaderParameters,
  token: FlattenedJWSInput,
): Promise<JWK | undefined> {
  const candidates = keySet.keys.filter(
    (key) => (kid === undefined || key.kid === kid) && algorithmsOf(key).includes(alg),
  )
  for (const key of candidates) {
    const fits = await flattenedVerify(token, key, { algorithms: [alg] }).then(
      () => true,
      () => false,
    )
    if (fits) return key
  }
  return undefined
}
