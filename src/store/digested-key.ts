import { hash } from 'node:crypto'

/** The key of what is counted for `text`, which may be a user or an issuer: the store has its digest (SHA-256) alone. */
export function digestedKey(kind: string, text: string): string {
  return `${kind}:${hash('sha256', text, 'base64url')}`
}
