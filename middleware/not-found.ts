import type { RequestHandler } from 'express'

/** Answers 404 in JSON to whatever no route took, without naming the framework or echoing the path. */
export const notFound: RequestHandler = function notFoundMiddleware(_req, res) {
  res.setHeader('Cache-Control', 'no-store')
  res.status(404).json({ error: 'not_found' })
}
