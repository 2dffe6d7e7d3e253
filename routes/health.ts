import { Router } from 'express'

/** `GET /healthz`: 200 while the process serves. Says nothing about the authorization server or the API. */
export function healthRoute(): Router {
  const router = Router()
  router.get('/healthz', (_req, res) => {
    res.setHeader('Cache-Control', 'no-store')
    res.json({ status: 'ok' })
  })
  return router
}
