import type { Request, RequestHandler } from 'express'
import { logEvent } from '../src/logging/log-event.js'
import type { Logger } from '../src/logging/logger.js'
import { metadataUrl } from '../src/http/protected-resource-metadata.js'
import { scrub } from '../src/logging/scrub.js'

/** Middleware that notices where the parts of `onBehalfOf` are mounted. */
export interface WiringCheck {
  /** First in `metadata`. */
  readonly metadata: RequestHandler
  /** First in `protect`. */
  readonly protect: RequestHandler
}

/** So many challenges lead clients to the metadata before its absence is told: one may be somebody who tries curl. */
const CHALLENGES = 2

/**
 * Creates a check of the wiring, which tells the log about two mistakes that a client with a token never notices: the
 * endpoint at another path than it is said to be (`endpoint_path_differs`), and metadata that requests do not reach
 * (`metadata_not_reached`). Each is told once. Refuses nothing.
 */
export function createWiringCheck({
  endpoint,
  log,
}: {
  readonly endpoint: URL
  readonly log: Logger
}): WiringCheck {
  let pathTold = false
  let metadataReached = false
  let challenges = 0
  const expected = plainPath(endpoint.pathname)
  const checkPath = (req: Request): void => {
    const path = plainPath(req.originalUrl.replace(/[?#][^]*/, ''))
    if (pathTold || path === expected || path.startsWith(`${expected}/`)) return
    pathTold = true
    logEvent(log, 'warn', {
      event: 'endpoint_path_differs',
      method: req.method,
      path: scrub(path, 200),
      endpoint: endpoint.pathname,
      hint: 'mount the MCP endpoint at the path of endpoint, or correct endpoint; where a proxy in front changes the path, nothing is wrong',
    })
  }
  const countChallenge = (status: number): void => {
    if (metadataReached || status !== 401) return
    challenges += 1
    if (challenges !== CHALLENGES) return
    logEvent(log, 'warn', {
      event: 'metadata_not_reached',
      metadata: metadataUrl(endpoint).href,
      hint: 'app.use(metadata), without a path and in front of the endpoint: clients look there for where to sign in',
    })
  }
  return {
    metadata: function wiringOfMetadata(req, _res, next) {
      if (req.baseUrl === '') metadataReached = true
      next()
    },
    protect: function wiringOfProtect(req, res, next) {
      checkPath(req)
      if (!metadataReached) {
        res.once('finish', () => {
          countChallenge(res.statusCode)
        })
      }
      next()
    },
  }
}

/** Express takes paths for equal that differ in case or in a slash at the end. */
function plainPath(path: string): string {
  return path.replace(/\/+$/, '').toLowerCase()
}
