import { Router } from 'express'
import type { NotReadyReason } from '../src/http/readiness.js'

const PATH = '/readyz'

/**
 * `GET /readyz`: 200 while the server should get new requests, else 503 with the reasons. Says no more about the
 * deployment than `NOT_READY_REASONS`.
 *
 * Below the path of a base URL it is there as well, for proxies that pass on that path alone.
 */
export function readinessRoute(
  readiness: { reasons(): Promise<readonly NotReadyReason[]> },
  basePath = '',
): Router {
  const router = Router()
  router.get([...new Set([PATH, `${basePath}${PATH}`])], async (_req, res) => {
    const reasons = await readiness.reasons()
    res.setHeader('Cache-Control', 'no-store')
    if (reasons.length === 0) res.json({ status: 'ready' })
    else res.status(503).json({ status: 'not_ready', reasons })
  })
  return router
}
