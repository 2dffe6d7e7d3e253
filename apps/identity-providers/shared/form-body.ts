import type { RequestHandler } from 'express'
import { readBody } from '../../authorization-server/request-body.js'

/** Reads a form of at most 64 KiB into `req.body`, as `URLSearchParams`. Anything else is answered 400. */
export const formBody: RequestHandler = function formBodyMiddleware(req, res, next) {
  if (req.is('application/x-www-form-urlencoded') === false) {
    res.status(400).json({ error: 'invalid_request', error_description: 'a form is expected' })
    return
  }
  readBody(req).then(
    (body) => {
      req.body = new URLSearchParams(body.toString())
      next()
    },
    (error: unknown) => {
      if (!(error instanceof RangeError)) next(error)
      else res.status(413).json({ error: 'invalid_request', error_description: error.message })
    },
  )
}
