import type { Request, RequestHandler } from 'express'
import { withoutUndefined } from '../src/options/without-undefined.js'
import { systemClock, type Clock } from '../src/time/clock.js'
import { OnBehalfOfError } from '../src/failures/errors.js'
import { requireAuthContext } from '../src/identity/auth-context.js'
import { userKeyOf } from '../src/identity/caller.js'
import { callerForLog } from '../src/identity/identifier-for-log.js'
import type { Overdraft } from '../src/limits/user-window.js'
import { createWindow, whenCounted } from '../src/limits/window.js'
import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import { SHARED_COUNTS_OPTION, type SharedCounts } from '../src/store/shared-state.js'
import { authInfoOf } from './require-bearer-auth.js'
import { addressBlockOf, clientAddressOf, forwardedForIsIgnored } from './client-address.js'
import { whenSizeIsKnown } from './request-size.js'

/** How much `limitByAddress` lets through. */
export interface RateLimitOptions {
  /** Requests a minute; 0 sets no limit. */
  readonly perMinute: number
  /** Counts in all instances together. Default: in this process alone. */
  readonly shared?: SharedCounts | undefined
  readonly clock?: Clock | undefined
}

/** How much `limitByCaller` lets through. */
export interface CallerLimitOptions {
  /** JSON-RPC messages a minute, and requests without one; 0 sets no limit. */
  readonly perMinute: number
  /**
   * Bytes of request bodies a minute, as they are after decompression, and 256 more for each value in them outside
   * of tools' arguments; 0 sets no limit. Default 0.
   */
  readonly bytesPerMinute?: number | undefined
  /** Counts in all instances together. Default: in this process alone. */
  readonly shared?: SharedCounts | undefined
  readonly clock?: Clock | undefined
}

const ADDRESS_OPTIONS = optionsSchema<RateLimitOptions>({
  perMinute: optionValues.whole,
  shared: SHARED_COUNTS_OPTION.optional(),
  clock: optionValues.callable.optional(),
})
const CALLER_OPTIONS = optionsSchema<CallerLimitOptions>({
  perMinute: optionValues.whole,
  bytesPerMinute: optionValues.whole.optional(),
  shared: SHARED_COUNTS_OPTION.optional(),
  clock: optionValues.callable.optional(),
})

/**
 * Limits requests by the client's address, before authentication: IPv6 by /56, since one subscriber has many.
 *
 * Passes `rate_limited` to the error handler beyond the limit. Behind a proxy, Express's `trust proxy` decides
 * what the address is; entries of X-Forwarded-For that are no address count as the proxy that sent them.
 *
 * @category Middleware
 */
export function limitByAddress(options: RateLimitOptions): RequestHandler {
  assertOptions('limitByAddress', ADDRESS_OPTIONS, options)
  const { perMinute, clock = systemClock, shared } = options
  const requests = createWindow({ limit: perMinute, name: 'address', shared, clock })
  if (requests === undefined) return unlimited
  let hinted = false
  return function limitByAddressMiddleware(req, _res, next) {
    return whenCounted(requests.take(addressBlockOf(req), 1), (overdraft) => {
      if (overdraft === undefined) {
        next()
        return
      }
      const withHint = !hinted && forwardedForIsIgnored(req)
      hinted ||= withHint
      next(tooManyFromAddress({ address: clientAddressOf(req), overdraft, withHint }))
    })
  }
}

/**
 * Limits the messages and bytes per minute of a verified user, through all clients together.
 *
 * Counts the messages of a batch one by one. Passes `rate_limited` to the error handler beyond a limit; the bytes of
 * a refused request count. Needs `requireBearerAuth` in front, and `jsonBody` behind it for bytes and batches.
 *
 * @category Middleware
 */
export function limitByCaller(options: CallerLimitOptions): RequestHandler {
  assertOptions('limitByCaller', CALLER_OPTIONS, options)
  const { perMinute, bytesPerMinute = 0, clock = systemClock, shared } = options
  const messages = createWindow({ limit: perMinute, name: 'messages', shared, clock })
  const bytes = createWindow({ limit: bytesPerMinute, name: 'bytes', shared, clock })
  if (messages === undefined && bytes === undefined) return unlimited
  return function limitByCallerMiddleware(req, _res, next) {
    const user = userOf(req)
    return whenCounted(messages?.take(user, 1), (overdraft) => {
      assertWithin(req, 'messages_per_minute', overdraft)
      assertWithin(req, 'bytes_per_minute', bytes?.overdraft(user))
      const counting = whenSizeIsKnown(req, (size) => {
        bytes?.spend(user, size.bytes)
        assertWithin(req, 'bytes_per_minute', bytes?.overdraft(user))
        const further = messages?.take(user, Math.max(0, size.messages - 1))
        const within = assertWithin.bind(undefined, req, 'messages_per_minute')
        if (further instanceof Promise) return further.then(within)
        within(further)
        return undefined
      })
      const goOn = (): void => {
        next()
      }
      if (counting !== undefined) return counting.then(goOn)
      goOn()
      return undefined
    })
  }
}

function userOf(req: Request): string {
  return userKeyOf(requireAuthContext(authInfoOf(req)).caller)
}

const unlimited: RequestHandler = function unlimitedMiddleware(_req, _res, next) {
  next()
}

const DESCRIPTIONS = {
  messages_per_minute: undefined,
  bytes_per_minute: 'The request bodies of this minute are too large together. Slow down.',
} as const

function assertWithin(
  req: Request,
  reason: keyof typeof DESCRIPTIONS,
  overdraft: Overdraft | undefined,
): void {
  if (overdraft === undefined) return
  const { caller } = requireAuthContext(authInfoOf(req))
  throw new OnBehalfOfError('rate_limited', {
    reason,
    description: DESCRIPTIONS[reason],
    ...overdraft,
    log: callerForLog(caller),
  })
}

interface RefusedAddress {
  readonly address: string | undefined
  readonly overdraft: Overdraft
  readonly withHint: boolean
}

const HINT =
  'X-Forwarded-For came and is not believed: behind a proxy, set TRUST_PROXY (in an app of your own, trust proxy)'

function tooManyFromAddress({ address, overdraft, withHint }: RefusedAddress): OnBehalfOfError {
  return new OnBehalfOfError('rate_limited', {
    reason: 'requests_per_minute',
    retryAfterSeconds: overdraft.retryAfterSeconds,
    repeated: overdraft.repeated && !withHint,
    log: { address, ...withoutUndefined({ hint: withHint ? HINT : undefined }) },
  })
}
