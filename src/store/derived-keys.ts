import { hkdfSync } from 'node:crypto'
import { Secret } from '../secret.js'

/** Keys for another purpose, in the same order: whoever gets to know one knows neither the master key nor those of other purposes. */
export function derivedKeys(keys: readonly Secret[], purpose: string): readonly Secret[] {
  return keys.map((key) => {
    const bytes = hkdfSync('sha256', key.reveal(), '', `mcp-on-behalf-of ${purpose} 1`, 32)
    return new Secret(Buffer.from(bytes).toString('base64url'))
  })
}
