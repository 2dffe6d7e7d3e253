import {
  constants,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  type KeyObject,
} from 'node:crypto'
import type { JWK } from 'jose'
import type { KeyPair, Target } from './attack.js'

export type Members = Readonly<Record<string, unknown>>

/** What a token consists of before it is signed. */
export interface TokenParts {
  readonly header: Members
  readonly claims: Members
}

/** Signs whatever it is given: no library that refuses to make a bad token stands between. */
export type Signer = (signingInput: string) => Uint8Array

/** The parts of a good token for a server. */
export function goodParts(target: Target, changes: Partial<TokenParts> = {}): TokenParts {
  const now = nowSeconds()
  return {
    header: { alg: 'RS256', kid: target.keys.kid, typ: 'at+jwt', ...changes.header },
    claims: {
      iss: target.issuer,
      sub: 'auth0|alice',
      aud: target.audience,
      iat: now,
      exp: now + 600,
      jti: randomUUID(),
      client_id: 'some-client',
      scope: 'tool:whoami tool:greet read:private',
      ...changes.claims,
    },
  }
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1_000)
}

export function base64url(data: string | Uint8Array): string {
  return Buffer.from(data).toString('base64url')
}

/** Encodes and signs; members that are `undefined` are left out. */
export function forge({ header, claims }: TokenParts, signer: Signer): string {
  return forgeText(JSON.stringify(header), JSON.stringify(claims), signer)
}

/** As `forge`, from the text of header and claims: for JSON that no serialiser writes. */
export function forgeText(header: string, claims: string | Uint8Array, signer: Signer): string {
  const signingInput = `${base64url(header)}.${base64url(claims)}`
  return `${signingInput}.${base64url(signer(signingInput))}`
}

export const unsigned: Signer = () => new Uint8Array()

export function rsa(key: KeyObject, bits: 256 | 384 | 512 = 256): Signer {
  return (input) => sign(`sha${bits}`, Buffer.from(input), key)
}

export function pss(key: KeyObject, bits: 256 | 384 | 512 = 256): Signer {
  return (input) =>
    sign(`sha${bits}`, Buffer.from(input), {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    })
}

export function ecdsa(key: KeyObject): Signer {
  return (input) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
}

export function eddsa(key: KeyObject): Signer {
  return (input) => sign(null, Buffer.from(input), key)
}

export function hmac(secret: string | Uint8Array, bits: 256 | 384 | 512 = 256): Signer {
  return (input) => createHmac(`sha${bits}`, secret).update(input).digest()
}

/** The attacker's own keys; made once, since RSA keys take their time. */
export function ownKeys(): { rsa: KeyPair; ec: KeyPair; ed: KeyPair } {
  return {
    rsa: keyPair(generateKeyPairSync('rsa', { modulusLength: 2_048 }), 'RS256'),
    ec: keyPair(generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'ES256'),
    ed: keyPair(generateKeyPairSync('ed25519'), 'EdDSA'),
  }
}

function keyPair(
  { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject },
  alg: string,
): KeyPair {
  const kid = randomUUID()
  return { kid, privateKey, jwk: { ...(publicKey.export({ format: 'jwk' }) as JWK), kid, alg } }
}

/** A public key in the ways in which people pass it around. */
export function encodingsOf(jwk: JWK): Readonly<Record<string, string | Buffer>> {
  const key = createPublicKey({ key: jwk as Record<string, unknown>, format: 'jwk' })
  const spki = key.export({ type: 'spki', format: 'pem' }).toString()
  const { n = '' } = jwk
  return {
    'PEM with its last newline': spki,
    'PEM without its last newline': spki.trimEnd(),
    'PEM with CRLF': spki.replaceAll('\n', '\r\n'),
    'PKCS#1 PEM': key.export({ type: 'pkcs1', format: 'pem' }).toString(),
    DER: key.export({ type: 'spki', format: 'der' }),
    'JWK as JSON': JSON.stringify(jwk),
    'modulus in base64url': n,
    'modulus in bytes': Buffer.from(n, 'base64url'),
  }
}

export const PUBLIC_KEY_ENCODINGS = [
  'PEM with its last newline',
  'PEM without its last newline',
  'PEM with CRLF',
  'PKCS#1 PEM',
  'DER',
  'JWK as JSON',
  'modulus in base64url',
  'modulus in bytes',
] as const
