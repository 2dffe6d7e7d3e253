import { X509Certificate } from 'node:crypto'
import tls from 'node:tls'

/** In Node.js 22.15 and newer. */
type GetCertificates = (type: 'default') => string[]

/**
 * The certificate authorities that this process trusts, with `further` ones added, PEM.
 *
 * Throws for what is no certificate. Before Node.js 22.15 a process cannot be asked for those of `NODE_EXTRA_CA_CERTS`: they have to be among `further`.
 */
export function trustedAuthorities(further: readonly string[]): string[] {
  // Node.js itself would leave out what it cannot read.
  for (const pem of further) new X509Certificate(pem)
  const { getCACertificates } = tls as { getCACertificates?: GetCertificates | undefined }
  return [...(getCACertificates?.('default') ?? tls.rootCertificates), ...further]
}
