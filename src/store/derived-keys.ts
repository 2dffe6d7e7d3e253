import { createHash, hkdfSync } from 'node:crypto'
import { Secret } from '../secret.js'

/** A key of 32 bytes, of a secret that may be longer: its SHA-256. */
export function keyBytes(secret: Secret): Buffer {
  return createHash('sha256').update(secret.reveal()).digest()
}

/** Keys for another purpose, in the same order: whoever gets to know one knows neither the master key nor those of other purposes. */
export function derivedKeys(keys: readonly Secret[], purpose: string): readonly Secret[] {
  return keys.map((key) => {
    const bytes = hkdfSync('sha256', key.reveal(), '', `mcp-on-behalf-of ${purpose} 1`, 32)
    return new Secret(Buffer.from(bytes).toString('base64url'))
  })
}
