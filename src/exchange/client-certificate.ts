import { createHash, X509Certificate, type KeyObject } from 'node:crypto'

/** The certificate of a signing key, as far as an assertion and an operator need it. */
export interface SigningCertificate {
  /** `x5t#S256` (RFC 7515 §4.1.8): the SHA-256 of the certificate in DER, in base64url. */
  readonly thumbprint: string
  /** Epoch milliseconds. */
  readonly expiresAtMs: number
}

/**
 * Reads a certificate (PEM) that belongs to a private key.
 *
 * Throws a `TypeError` for a text that is none, and for the certificate of another key. Whether it has expired is for the
 * caller to say: the authorization server decides.
 */
export function readSigningCertificate(pem: string, key: KeyObject): SigningCertificate {
  const certificate = parsed(pem)
  if (!certificate.checkPrivateKey(key)) throw new TypeError(OTHER_KEY)
  return {
    thumbprint: createHash('sha256').update(certificate.raw).digest('base64url'),
    expiresAtMs: Date.parse(certificate.validTo),
  }
}

const OTHER_KEY =
  'the certificate is not that of the private key: give the certificate that was made for this key'

function parsed(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new TypeError('the certificate is no PEM text: -----BEGIN CERTIFICATE-----…')
  }
}
