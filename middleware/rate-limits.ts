import type { Request, RequestHandler } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import { z } from 'zod'
import { OnBehalfOfError } from '../src/errors.js'
import { authContextOf } from '../src/identity/auth-context.js'
import { userKeyOf } from '../src/identity/caller.js'
import { callerForLog } from '../src/identity/identifier-for-log.js'
import { assertOptions } from '../src/options.js'
import { authInfoOf } from './bearer-auth.js'

/** How much `limitByAddress` and `limitByCaller` let through. */
export interface RateLimitOptions {
  /** Requests a minute; 0 sets no limit. */
  readonly perMinute: number
}

const OPTIONS = z.object({
  perMinute: z.int('must be a whole number').min(0, 'must not be negative'),
})
const AT_ONCE = z.object({
  atOnce: z.int('must be a whole number').min(0, 'must not be negative'),
})
const WINDOW_MS = 60_000

/**
 * Limits requests by the client's address, before authentication: IPv6 by /56, since one subscriber has many.
 *
 * Passes `rate_limited` to the error handler beyond the limit. Behind a proxy, Express's `trust proxy` decides
 * what the address is. Counts in this process alone.
 */
export function limitByAddress(options: RateLimitOptions): RequestHandler {
  assertOptions('limitByAddress', OPTIONS, options)
  return limit(options.perMinute, (req) => ipKeyGenerator(req.ip ?? 'unknown'))
}

/**
 * Limits requests by verified user, whichever clients they use: registering another one buys nothing.
 *
 * Needs `bearerAuth` in front.
 */
export function limitByCaller(options: RateLimitOptions): RequestHandler {
  assertOptions('limitByCaller', OPTIONS, options)
  return limit(options.perMinute, userOf)
}

/** What `limitAtOnce` counts up to. */
export interface ConcurrencyLimitOptions {
  /** Requests under way at a time; 0 sets no limit. */
  readonly atOnce: number
}

/**
 * Limits the requests of a verified user that are under way, open streams among them, through all clients together.
 *
 * Passes `rate_limited` to the error handler beyond the limit. Needs `bearerAuth` in front. Counts in this process alone.
 */
export function limitAtOnce({ atOnce }: ConcurrencyLimitOptions): RequestHandler {
  assertOptions('limitAtOnce', AT_ONCE, { atOnce })
  if (atOnce === 0) return unlimited
  const underWay = new Map<string, number>()
  return function limitAtOnceMiddleware(req, res, next) {
    const user = userOf(req)
    const count = underWay.get(user) ?? 0
    if (count >= atOnce) {
      const { caller } = authContextOf(authInfoOf(req))
      throw new OnBehalfOfError('rate_limited', {
        reason: 'too_many_at_once',
        description: `At most ${atOnce} requests of one user may be under way at a time. Wait for one to end.`,
        retryAfterSeconds: 1,
        log: { ...callerForLog(caller) },
      })
    }
    underWay.set(user, count + 1)
    res.once('close', () => {
      const left = (underWay.get(user) ?? 1) - 1
      if (left > 0) underWay.set(user, left)
      else underWay.delete(user)
    })
    next()
  }
}

function userOf(req: Request): string {
  return userKeyOf(authContextOf(authInfoOf(req)).caller)
}

const unlimited: RequestHandler = function unlimitedMiddleware(_req, _res, next) {
  next()
}

function limit(perMinute: number, keyOf: (req: Request) => string): RequestHandler {
  if (perMinute === 0) return unlimited
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: perMinute,
    keyGenerator: keyOf,
    standardHeaders: false,
    legacyHeaders: false,
    // The library's checks of proxy set-ups write to the console; ours are made by the configuration.
    validate: false,
    handler: (req, _res, next) => {
      next(new OnBehalfOfError('rate_limited', { retryAfterSeconds: secondsLeft(req) }))
    },
  })
}

function secondsLeft(req: Request): number {
  const { resetTime } =
    (req as { readonly rateLimit?: { readonly resetTime?: Date } }).rateLimit ?? {}
  const leftMs = (resetTime?.getTime() ?? Date.now() + WINDOW_MS) - Date.now()
  return Math.max(1, Math.ceil(leftMs / 1_000))
}
