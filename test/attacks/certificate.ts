import { createPublicKey, sign, type KeyObject } from 'node:crypto'

const SHA256_WITH_RSA = '2a864886f70d01010b'
const COMMON_NAME = '550403'

/** A self-signed certificate over an RSA key, in base64, as an `x5c` header carries it (RFC 7515 §4.1.6). */
export function selfSigned(privateKey: KeyObject, name: string): string {
  const algorithm = sequence(oid(SHA256_WITH_RSA), der(0x05))
  const subject = sequence(der(0x31, sequence(oid(COMMON_NAME), der(0x0c, Buffer.from(name)))))
  const toBeSigned = sequence(
    der(0x02, Buffer.of(1)),
    algorithm,
    subject,
    sequence(time('200101000000Z'), time('490101000000Z')),
    subject,
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
  )
  const signature = sign('sha256', toBeSigned, privateKey)
  const certificate = sequence(
    toBeSigned,
    algorithm,
    der(0x03, Buffer.concat([Buffer.of(0), signature])),
  )
  return certificate.toString('base64')
}

function sequence(...members: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(members))
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

function time(utc: string): Buffer {
  return der(0x17, Buffer.from(utc))
}

function der(tag: number, content: Buffer = Buffer.alloc(0)): Buffer {
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content])
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content])
}
