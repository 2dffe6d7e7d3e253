import type { Request } from 'express'
import type { ReadMessages } from '../src/observability/read-calls.js'
import { meantMessages } from './inner-calls.js'

/**
 * What tells of a request's messages: its body as soon as it is parsed, also where another parser has done that in front of the
 * authentication; else its headers.
 */
export function messagesOf(req: Request): ReadMessages {
  const body = meantMessages(req)
  return typeof body === 'object' && body !== null ? { body } : { headers: req.headers }
}
