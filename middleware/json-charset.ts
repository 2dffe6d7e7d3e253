import type { Request } from 'express'
import { OnBehalfOfError } from '../src/failures/errors.js'

const CHARSET = /;\s*charset\s*=\s*("?)([^";\s]+)\1/i

/**
 * Writes every name of UTF-8 (`UTF8`, `unicode-1-1-utf-8`) as the one that body parsers know, so that a body in UTF-8 is
 * read whatever its sender calls it. JSON has no other charset (RFC 8259 §8.1): throws `invalid_request`.
 */
export function normalizeCharset({ headers }: Request): void {
  const type = headers['content-type'] ?? ''
  const label = CHARSET.exec(type)?.[2]
  if (label === undefined) return
  if (!isUtf8(label)) throw notUtf8()
  headers['content-type'] = type.replace(CHARSET, '; charset=utf-8')
}

/** By the names of the Encoding standard. */
function isUtf8(label: string): boolean {
  try {
    return new TextDecoder(label).encoding === 'utf-8'
  } catch {
    return false
  }
}

function notUtf8(): OnBehalfOfError {
  return new OnBehalfOfError('invalid_request', {
    reason: 'charset_unsupported',
    description: 'Send the request body in UTF-8, and write charset=utf-8 or no charset.',
  })
}
