import type { Request, RequestHandler } from 'express'
import { OnBehalfOfError } from '../src/failures/errors.js'

const CHARSET = /;\s*charset\s*=\s*("?)([^";\s]+)\1/i

/**
 * Writes every name of UTF-8 (`UTF8`, `unicode-1-1-utf-8`) as the one that body parsers know, so that a body in UTF-8 is
 * read whatever its sender calls it. JSON has no other charset (RFC 8259 §8.1): `invalid_request`.
 */
export function jsonCharset(): RequestHandler {
  return function jsonCharsetMiddleware(req: Request, _res, next) {
    const type = req.headers['content-type']
    const [, , label] = CHARSET.exec(type ?? '') ?? []
    if (type !== undefined && label !== undefined) {
      if (!isUtf8(label)) throw notUtf8()
      req.headers['content-type'] = type.replace(CHARSET, '; charset=utf-8')
    }
    next()
  }
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
