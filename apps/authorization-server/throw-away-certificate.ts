import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import {
  TRUE,
  bitString,
  der,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  utcTime,
  utf8String,
} from './der.js'

const HOUR_MS = 60 * 60 * 1000
const ECDSA_WITH_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'))
const VERSION_3 = der(0xa0, integer(Buffer.of(2)))

/** A certificate and its private key, both in PEM, as `https.createServer` takes them. */
export interface ThrowAwayCertificate {
  readonly key: string
  readonly cert: string
}

/**
 * Makes a self-signed certificate for `localhost`, `127.0.0.1`, `::1` and `names`, and a key for it. Its subject is the
 * first of `names`, else `localhost`.
 *
 * For tests: valid for a day, signed with a P-256 key that exists in memory alone. A client trusts it
 * when it gets `cert` as its `ca`.
 */
export function createThrowAwayCertificate(names: readonly string[] = []): ThrowAwayCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const subject = names[0] ?? 'localhost'
  const name = sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(subject))))
  const now = Date.now()
  const content = sequence(
    VERSION_3,
    integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    name,
    sequence(utcTime(new Date(now - HOUR_MS)), utcTime(new Date(now + 24 * HOUR_MS))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions(names)),
  )
  const signature = sign('sha256', content, privateKey)
  const certificate = sequence(content, ECDSA_WITH_SHA256, bitString(signature))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(certificate),
  }
}

/** Its own authority, for servers, at this machine's names (RFC 5280 §4.2.1.6, .9, .12). */
function extensions(further: readonly string[]): Buffer {
  const names = sequence(
    ...further.map((name) => der(0x82, Buffer.from(name))),
    der(0x82, Buffer.from('localhost')),
    der(0x87, Buffer.of(127, 0, 0, 1)),
    der(0x87, Buffer.concat([Buffer.alloc(15), Buffer.of(1)])),
  )
  const serverAuthentication = sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))
  return sequence(
    sequence(objectIdentifier('2.5.29.19'), TRUE, octetString(sequence(TRUE))),
    sequence(objectIdentifier('2.5.29.17'), octetString(names)),
    sequence(objectIdentifier('2.5.29.37'), octetString(serverAuthentication)),
  )
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
