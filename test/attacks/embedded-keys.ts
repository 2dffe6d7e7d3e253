import { createHash } from 'node:crypto'
import { expecting, type Attack, type Target } from './attack.js'
import { selfSigned } from './certificate.js'
import { base64url, forge, goodParts, hmac, rsa, type Members } from './forge.js'
import { forged } from './token-attack.js'

/** Signed with the attacker's key, which the header brings along or points to. */
function pointing(name: string, header: (target: Target) => Members): Attack {
  return forged(name, (target) =>
    forge(goodParts(target, { header: header(target) }), rsa(target.keys.rsa.privateKey)),
  )
}

function certificateOf({ keys }: Target): string {
  return selfSigned(keys.rsa.privateKey, 'issuer.example')
}

function thumbprint(target: Target, algorithm: 'sha1' | 'sha256'): string {
  const der = Buffer.from(certificateOf(target), 'base64')
  return base64url(createHash(algorithm).update(der).digest())
}

const carried: readonly Attack[] = [
  pointing('jwk with the key, under its own key id', ({ keys }) => ({
    kid: keys.rsa.kid,
    jwk: keys.rsa.jwk,
  })),
  pointing("jwk with the key, under the issuer's key id", ({ keys }) => ({
    jwk: { ...keys.rsa.jwk, kid: keys.kid },
  })),
  pointing('jwk with the key, without key id', ({ keys }) => ({
    kid: undefined,
    jwk: keys.rsa.jwk,
  })),
  pointing('jwk with the private key', ({ keys }) => ({
    kid: keys.rsa.kid,
    jwk: keys.rsa.privateKey.export({ format: 'jwk' }),
  })),
  forged('jwk with a symmetric key, and HS256', (target) =>
    forge(
      goodParts(target, {
        header: {
          alg: 'HS256',
          jwk: { kty: 'oct', k: base64url('attacker'), kid: target.keys.kid },
        },
      }),
      hmac('attacker'),
    ),
  ),
  pointing('x5c with a self-signed certificate', (target) => ({ x5c: [certificateOf(target)] })),
  pointing('x5c with a self-signed certificate, without key id', (target) => ({
    kid: undefined,
    x5c: [certificateOf(target)],
  })),
  pointing('x5t of a self-signed certificate', (target) => ({
    kid: undefined,
    x5t: thumbprint(target, 'sha1'),
    'x5t#S256': thumbprint(target, 'sha256'),
  })),
  pointing('a key set in the header', ({ keys }) => ({
    kid: keys.rsa.kid,
    jwks: { keys: [keys.rsa.jwk] },
  })),
]

const pointedAt: readonly Attack[] = [
  pointing('jku to a key set with the key', ({ keys, trap }) => ({
    kid: keys.rsa.kid,
    jku: `${trap}/jwks`,
  })),
  pointing("jku to a key set with the key, under the issuer's key id", ({ trap }) => ({
    jku: `${trap}/jwks`,
  })),
  pointing("jku with the issuer's host as userinfo", ({ keys, trap, issuer }) => ({
    kid: keys.rsa.kid,
    jku: `http://${new URL(issuer).hostname}@${new URL(trap).host}/jwks`,
  })),
  pointing("jku with the issuer's URL as its path", ({ keys, trap, issuer }) => ({
    kid: keys.rsa.kid,
    jku: `${trap}/${issuer}`,
  })),
  pointing('x5u to a certificate', ({ trap }) => ({ x5u: `${trap}/certificate` })),
  pointing('x5u to a certificate, without key id', ({ trap }) => ({
    kid: undefined,
    x5u: `${trap}/certificate`,
  })),
  pointing('jku, x5u, jwk and x5c all at once', (target) => ({
    kid: target.keys.rsa.kid,
    jku: `${target.trap}/jwks`,
    x5u: `${target.trap}/certificate`,
    jwk: target.keys.rsa.jwk,
    x5c: [certificateOf(target)],
  })),
  pointing('jku to a file', ({ keys }) => ({ kid: keys.rsa.kid, jku: 'file:///etc/passwd' })),
  forged("an issuer of the attacker's, with documents and keys of its own", (target) =>
    forge(
      goodParts(target, {
        header: { kid: target.keys.rsa.kid },
        claims: { iss: `${target.trap}/` },
      }),
      rsa(target.keys.rsa.privateKey),
    ),
  ),
  forged('jwks_uri among the claims', (target) =>
    forge(
      goodParts(target, {
        header: { kid: target.keys.rsa.kid },
        claims: { jwks_uri: `${target.trap}/jwks` },
      }),
      rsa(target.keys.rsa.privateKey),
    ),
  ),
]

/** Keys that come with the token itself, or from where the token says (RFC 8725 §3.10). */
export const embeddedKeys = expecting({ status: 401 }, [...carried, ...pointedAt])
