import { isForbiddenHeader } from '../downstream/outgoing-request.js'

/** Headers that say something else of a call. */
const TAKEN: ReadonlySet<string> = new Set(['accept', 'content-type', 'user-agent'])

/** Whether a key of idempotency may be sent in a header of this name. */
export function isKeyHeader(name: string): boolean {
  const isName = /^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name)
  return isName && !isForbiddenHeader(name) && !TAKEN.has(name.toLowerCase())
}
