import { createHash, randomUUID } from 'node:crypto'
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
} from 'jose'

/** A client's key, and proofs of possessing it (RFC 9449). */
export interface DpopKey {
  readonly thumbprint: string
  readonly jwk: JWK
  readonly privateKey: CryptoKey
  /** A good proof for one request with `token`, as changed. */
  prove(token: string, request: ProofRequest): Promise<string>
}

export interface ProofRequest {
  readonly method: string
  readonly url: string
  readonly nowSeconds: number
  /** Laid over the claims of a good proof; `undefined` removes one. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  /** Signs in place of the client's own key. */
  readonly signer?: CryptoKey
}

export async function createDpopKey(alg = 'ES256'): Promise<DpopKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  const prove = (token: string, request: ProofRequest): Promise<string> => {
    const claims = {
      jti: randomUUID(),
      htm: request.method,
      htu: request.url,
      iat: request.nowSeconds,
      ath: createHash('sha256').update(token).digest('base64url'),
      ...request.claims,
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk, ...request.header })
      .sign(request.signer ?? privateKey)
  }
  return { thumbprint: await calculateJwkThumbprint(jwk), jwk, privateKey, prove }
}
