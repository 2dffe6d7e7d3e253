import type { JWK } from 'jose'

const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
const CURVES: Readonly<Record<string, readonly string[]>> = {
  'EC P-256': ['ES256'],
  'EC P-384': ['ES384'],
  'EC P-521': ['ES512'],
  // RFC 9864 gave EdDSA over Ed25519 a name of its own; both are in use.
  'OKP Ed25519': ['EdDSA', 'Ed25519'],
}

/**
 * The algorithms with which an issuer may sign, for tokens that come in and for exchanged ones (RFC 7518 §3.1).
 *
 * Asymmetric alone: with a shared secret, every server that verifies tokens could issue them.
 */
export const SIGNING_ALGORITHMS: readonly string[] = [...RSA, ...Object.values(CURVES).flat()]

/**
 * The algorithms that a public key verifies: those that fit its type and curve, or the one of them that it names
 * in `alg` (RFC 7517 §4.4). Empty for a key that verifies nothing here.
 */
export function algorithmsOf({ kty, crv, alg }: JWK): readonly string[] {
  const fitting =
    kty === 'RSA' ? RSA : typeof crv === 'string' ? (CURVES[`${kty} ${crv}`] ?? []) : []
  return alg === undefined ? fitting : fitting.filter((algorithm) => algorithm === alg)
}

/**
 * The algorithms for which an issuer's key is meant: as `algorithmsOf`, but an RSA key that names none is for RS256 alone,
 * which every issuer speaks. A key is to be used with one algorithm (RFC 8725 §3.1).
 */
export function declaredAlgorithmsOf(key: JWK): readonly string[] {
  return key.kty === 'RSA' && key.alg === undefined ? ['RS256'] : algorithmsOf(key)
}
