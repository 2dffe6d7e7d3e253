import { Router } from 'express'

/** Some platforms answer one of them themselves before it gets here: Google's front end takes `/healthz`. */
const PATHS = ['/healthz', '/health']

/**
 * `GET /healthz`, or `/health`: 200 while the process serves. Says nothing about the authorization server or the API.
 *
 * Below the path of a base URL they are there as well, for proxies that pass on that path alone.
 */
export function healthRoute(basePath = ''): Router {
  const router = Router()
  const paths = new Set(PATHS.flatMap((path) => [path, `${basePath}${path}`]))
  router.get([...paths], (_req, res) => {
    res.setHeader('Cache-Control', 'no-store')
    res.json({ status: 'ok' })
  })
  return router
}
