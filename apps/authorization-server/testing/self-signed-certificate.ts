import { generate } from 'selfsigned'

const HOUR_MS = 60 * 60 * 1000

/** A certificate and its private key, both in PEM, as `https.createServer` takes them. */
export interface SelfSignedCertificate {
  readonly key: string
  readonly cert: string
}

/**
 * Makes a self-signed certificate for `localhost`, `127.0.0.1`, `::1` and `names`, and a key for it. Its subject is the
 * first of `names`, else `localhost`.
 *
 * It is valid for a day, and its P-256 key exists in memory alone. A client trusts it when it gets `cert` as its `ca`.
 */
export async function createSelfSignedCertificate(
  names: readonly string[] = [],
): Promise<SelfSignedCertificate> {
  const now = Date.now()
  const made = await generate([{ name: 'commonName', value: names[0] ?? 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - HOUR_MS),
    notAfterDate: new Date(now + 24 * HOUR_MS),
    extensions: [
      // Its own authority, for servers.
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  return { key: made.private, cert: made.cert }
}
