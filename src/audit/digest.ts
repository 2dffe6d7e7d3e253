import { hash } from 'node:crypto'
import { canonicalJson } from './canonical-json.js'

/** SHA-256 of the canonical JSON of a tool's arguments, in hexadecimal digits. No arguments count as `{}`. */
export function digestOf(args: unknown): string | undefined {
  const text = canonicalJson(args ?? {})
  return text === undefined ? undefined : hash('sha256', text)
}
