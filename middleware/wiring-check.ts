import type { Request, RequestHandler } from 'express'
import { logEvent } from '../src/logging/log-event.js'
import type { Logger } from '../src/logging/logger.js'
import { plainPath } from '../src/http/plain-path.js'
import { metadataUrl } from '../src/http/protected-resource-metadata.js'
import { scrub } from '../src/logging/scrub.js'
import { backgroundTimers, type Timers } from '../src/time/clock.js'

/** Middleware that notices where the parts of `onBehalfOf` are mounted. */
export interface WiringCheck {
  /** First in `metadata`. */
  readonly metadata: RequestHandler
  /** First in `protect`. */
  readonly protect: RequestHandler
}

/** A client that gets a challenge asks for the metadata at once. */
const PATIENCE_MS = 10_000

export interface WiringCheckOptions {
  readonly endpoint: URL
  readonly log: Logger
  /** Default: the system's. */
  readonly timers?: Timers | undefined
}

/**
 * Creates a check of the wiring, which tells the log about two mistakes that a client with a token never notices: the
 * endpoint at another path than it is said to be (`endpoint_path_differs`), and metadata that requests do not reach
 * (`metadata_not_reached`). Each is told once: the second one at the second challenge, or ten seconds after the first.
 * Refuses nothing.
 */
export function createWiringCheck(options: WiringCheckOptions): WiringCheck {
  const checkPath = createPathCheck(options)
  const metadata = createMetadataCheck(options)
  return {
    metadata: function wiringOfMetadata(req, _res, next) {
      if (req.baseUrl === '') metadata.reached()
      next()
    },
    protect: function wiringOfProtect(req, res, next) {
      checkPath(req)
      if (!metadata.isSettled()) {
        res.once('finish', () => {
          if (res.hasHeader('www-authenticate')) metadata.challenged()
        })
      }
      next()
    },
  }
}

function createPathCheck({ endpoint, log }: WiringCheckOptions): (req: Request) => void {
  const expected = plainPath(endpoint.pathname)
  let told = false
  return (req) => {
    if (told || req.originalUrl === endpoint.pathname) return
    const path = plainPath(req.originalUrl.replace(/[?#][^]*/, ''))
    if (path === expected || path.startsWith(`${expected}/`)) return
    told = true
    logEvent(log, 'warn', {
      event: 'endpoint_path_differs',
      method: req.method,
      path: scrub(path, 200),
      endpoint: endpoint.pathname,
      hint: 'mount the MCP endpoint at the path of endpoint, or correct endpoint; where a proxy in front changes the path, nothing is wrong',
    })
  }
}

function createMetadataCheck({ endpoint, log, timers = backgroundTimers }: WiringCheckOptions) {
  let settled = false
  let waiting = false
  const tell = (): void => {
    if (settled) return
    settled = true
    logEvent(log, 'warn', {
      event: 'metadata_not_reached',
      metadata: metadataUrl(endpoint).href,
      hint: 'app.use(metadata), without a path and in front of the endpoint: clients look there for where to sign in',
    })
  }
  return {
    /** Nothing is left to tell. */
    isSettled: (): boolean => settled,
    reached: (): void => {
      settled = true
    },
    /** A client has been sent to the metadata. */
    challenged: (): void => {
      if (settled) return
      if (waiting) tell()
      else timers.after(PATIENCE_MS, tell)
      waiting = true
    },
  }
}
