import type { Request, RequestHandler, Response } from 'express'
import { OnBehalfOfError } from '../src/failures/errors.js'
import { whenOver } from '../src/http/when-over.js'
import { requireAuthContext } from '../src/identity/auth-context.js'
import { userKeyOf } from '../src/identity/caller.js'
import { callerForLog } from '../src/identity/identifier-for-log.js'
import { UserPlaces, type Places } from '../src/limits/user-places.js'
import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import { authInfoOf } from './require-bearer-auth.js'
import { whenSizeIsKnown } from './request-size.js'
import { stateOf } from './request-state.js'

/** What `limitConcurrency` counts up to. */
export interface ConcurrencyLimitOptions {
  /** Messages under way at a time, and requests without one; 0 sets no limit. */
  readonly concurrencyPerCaller: number
}

const OPTIONS = optionsSchema<ConcurrencyLimitOptions>({
  concurrencyPerCaller: optionValues.whole,
})

/**
 * Limits the concurrent messages and open streams of a verified user, through all clients together.
 *
 * Passes `rate_limited` to the error handler beyond the limit. Counts the messages of a batch one by one, once
 * `jsonBody` has parsed it. Needs `requireBearerAuth` in front. Counts in this process alone.
 *
 * @category Middleware
 */
export function limitConcurrency(options: ConcurrencyLimitOptions): RequestHandler {
  assertOptions('limitConcurrency', OPTIONS, options)
  const { concurrencyPerCaller } = options
  const users = new UserPlaces(
    concurrencyPerCaller === 0 ? Number.POSITIVE_INFINITY : concurrencyPerCaller,
  )
  return function limitConcurrencyMiddleware(req, res, next) {
    if (res.destroyed) return
    const places = users.enter(userKeyOf(requireAuthContext(authInfoOf(req)).caller))
    if (places === undefined) throw tooMany(req, concurrencyPerCaller)
    countUntilOver(req, res, places)
    void whenSizeIsKnown(req, ({ messages }) => {
      if (messages > 1 && !places.take(messages - 1)) throw tooMany(req, concurrencyPerCaller)
    })
    next()
  }
}

/** Has places count for a request until its answer is over, or for as long as `keepPlacesUntil` says. */
export function countUntilOver(req: Request, res: Response, places: Places): void {
  const state = stateOf(req)
  state.places = [...(state.places ?? []), places]
  whenOver(res, () => {
    places.release()
  })
}

/**
 * Keeps the places of a request until `settled` settles, for calls that outlive their connection. Does nothing where
 * no such limit is mounted.
 */
export function keepPlacesUntil(req: Request, settled: Promise<unknown>): void {
  for (const places of stateOf(req).places ?? []) places.keepUntil(settled)
}

function tooMany(req: Request, concurrencyPerCaller: number): OnBehalfOfError {
  const { caller } = requireAuthContext(authInfoOf(req))
  return new OnBehalfOfError('rate_limited', {
    reason: 'too_many_at_once',
    description: `At most ${concurrencyPerCaller} requests of one user may be under way at a time, those of a batch counted one by one. Wait for one to end.`,
    retryAfterSeconds: 1,
    log: callerForLog(caller),
  })
}
