import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { stateOf } from './request-state.js'

const OPTIONS = optionsSchema<{ createId: () => string }>({ createId: optionValues.callable })

/**
 * Gives every request an id of our own making and sends it back as `X-Request-Id`.
 *
 * An id sent by a client is not taken over: it would let a client write into the log of another.
 *
 * @category Middleware
 */
export function requestContext(createId: () => string = randomUUID): RequestHandler {
  assertOptions('requestContext', OPTIONS, { createId })
  return function requestContextMiddleware(req, res, next) {
    const requestId = createId()
    stateOf(req).requestId = requestId
    res.setHeader('X-Request-Id', requestId)
    next()
  }
}

/** The id given to this request, or a fresh one where `requestContext` is not mounted. */
export function requestIdOf(req: Request): string {
  return (stateOf(req).requestId ??= randomUUID())
}
