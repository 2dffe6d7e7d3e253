import type { RequestHandler } from 'express'

/**
 * Handlers as one, run in their order; what one throws, rejects with or passes to `next` goes to the `next` of all.
 *
 * As a `Router` with `use`, but without looking at paths for each handler of each request.
 */
export function inSequence(handlers: readonly RequestHandler[]): RequestHandler {
  return function sequenceMiddleware(req, res, next) {
    let at = 0
    // Nothing that went wrong may look like nothing.
    const fail = (thrown: unknown): void => {
      next(thrown ?? new Error('a middleware failed without a reason'))
    }
    const step = (failure?: unknown): void => {
      if (failure !== undefined) {
        next(failure)
        return
      }
      const handler = handlers[at]
      at += 1
      if (handler === undefined) {
        next()
        return
      }
      try {
        const running: unknown = handler(req, res, step)
        if (running instanceof Promise) running.catch(fail)
      } catch (thrown) {
        fail(thrown)
      }
    }
    step()
  }
}
