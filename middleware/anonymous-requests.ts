import type { Request, RequestHandler, Response } from 'express'
import { plainPath } from '../src/http/plain-path.js'
import { parseRequestTarget } from '../src/http/request-target.js'
import { OnBehalfOfError } from '../src/failures/errors.js'
import type { ChallengeOptions } from '../src/failures/failure-response.js'
import { presentsCredentials } from '../src/identity/credentials.js'
import { UserPlaces } from '../src/limits/user-places.js'
import type { Overdraft } from '../src/limits/user-window.js'
import { createWindow, whenCounted } from '../src/limits/window.js'
import type { SharedCounts } from '../src/store/shared-state.js'
import { systemClock, type Clock } from '../src/time/clock.js'
import { isPublicBody, type PublicAccess } from '../src/tools/public-messages.js'
import { answerForms } from './answer-forms.js'
import { addressBlockOf } from './client-address.js'
import { inSequence } from './in-sequence.js'
import { countUntilOver, keepPlacesUntil } from './limit-concurrency.js'
import { jsonBody } from './request-body.js'
import { requestIdOf } from './request-context.js'
import { stateOf } from './request-state.js'

/** What `anonymousRequests` needs: the public tools, the limits, and what comes behind. */
export interface AnonymousRequestOptions {
  readonly access: PublicAccess
  /** The public URL of the MCP endpoint: no other path is served without a token. */
  readonly endpoint: URL
  /** For failures that are answered later; asked for with each request. */
  readonly challenges: () => ChallengeOptions
  /** The largest request body; what is larger than 64 KiB is not read in any case. */
  readonly maxBodyBytes: number
  /** Messages a minute of one address; 0: no limit. */
  readonly perMinute: number
  /** Messages under way at a time, of all addresses together; of one address a quarter of it. */
  readonly concurrency: number
  /** What the requests go through that are let in. */
  readonly admitted: RequestHandler
  /** What all other requests go through, beginning with the authentication. */
  readonly others: RequestHandler
  /** Counts messages a minute in all instances together. Default: in this process alone. */
  readonly shared?: SharedCounts | undefined
  readonly clock?: Clock | undefined
}

/** What is known of such a request's sender is not worth more memory. */
const MAX_BODY_BYTES = 64 * 1024

/**
 * Lets a request without credentials through that asks for public tools alone (`isPublicBody`), in number and concurrency
 * bounded by its address.
 *
 * It gets no `req.auth`, so no handler takes it for a user's, and it belongs to no session. A request that presents any
 * credentials, sound or not, is never treated as anonymous, and neither is one of a session, of a stream, or by another method
 * than POST, or at another path than that of `endpoint`: they go through `others`. A request that asks for anything else, or
 * cannot be read, gets the same 401 as it would there. Passes `rate_limited` to the error handler beyond a limit.
 */
export function anonymousRequests(options: AnonymousRequestOptions): RequestHandler {
  const { maxBodyBytes, admitted, others } = options
  const limits = createLimits(options)
  const path = plainPath(options.endpoint.pathname)
  const read = inSequence([answerForms(), jsonBody(Math.min(maxBodyBytes, MAX_BODY_BYTES))])
  const serve = inSequence([
    function admitAnonymous(req, res, next) {
      // The client has gone while its body was read.
      if (res.destroyed) return
      return limits(req, res, () => {
        admit(req, options)
        next()
      })
    },
    admitted,
  ])
  return function anonymousRequestsMiddleware(req, res, next) {
    if (!mayBeAnonymous(req) || pathOf(req) !== path) return others(req, res, next)
    const unread: unknown = req.body
    return read(req, res, (failure?: unknown) => {
      if (failure === undefined && isPublicBody(req.body, options.access)) {
        void serve(req, res, next)
        return
      }
      // As it is refused where its body is not read: what a stranger sent costs nothing more.
      req.body = unread
      next(isInternal(failure) ? failure : new OnBehalfOfError('no_credentials'))
    })
  }
}

function mayBeAnonymous({ method, headers, rawHeaders, originalUrl }: Request): boolean {
  return (
    method === 'POST' &&
    headers['mcp-session-id'] === undefined &&
    headers['last-event-id'] === undefined &&
    !presentsCredentials({ rawHeaders, url: originalUrl })
  )
}

/** What stands behind the middleware at another path is no MCP endpoint, and knows of no public tools. */
function pathOf({ originalUrl }: Request): string | undefined {
  const target = parseRequestTarget(originalUrl)?.path.replace(/\?[^]*/, '')
  return target === undefined ? undefined : plainPath(target)
}

/** A mistake of ours; all that can be wrong with a request has a code of its own, or a type of Express's parser. */
function isInternal(failure: unknown): boolean {
  if (failure === undefined || failure instanceof OnBehalfOfError) return false
  const { type } = (failure ?? {}) as { readonly type?: unknown }
  return typeof type !== 'string'
}

/** Marks the request for `mcpRoute`, and tells its observation. */
function admit(req: Request, { challenges }: AnonymousRequestOptions): void {
  // Another middleware in front may have its own idea of a user.
  Reflect.deleteProperty(req, 'auth')
  const state = stateOf(req)
  const { observation } = state
  observation?.admitAnonymous()
  state.anonymous = {
    ...{ requestId: requestIdOf(req), challenges: challenges(), observation },
    keepUntil: (settled) => {
      keepPlacesUntil(req, settled)
    },
  }
}

/** Counts the messages of a request, keeps their places with it, and goes on. Throws, or rejects with, `rate_limited`. */
function createLimits({
  perMinute,
  concurrency,
  clock = systemClock,
  shared,
}: AnonymousRequestOptions): (req: Request, res: Response, goOn: () => void) => unknown {
  const window = createWindow({ limit: perMinute, name: 'public', shared, clock })
  const all = new UserPlaces(concurrency)
  const ofAddress = new UserPlaces(Math.ceil(concurrency / 4))
  return (req, res, goOn) => {
    const address = addressBlockOf(req)
    const body: unknown = req.body
    const messages = Array.isArray(body) ? body.length : 1
    return whenCounted(window?.take(address, messages), (overdraft) => {
      if (overdraft !== undefined) throw tooOften(address, overdraft)
      for (const [count, key] of [
        [ofAddress, address],
        [all, ''],
      ] as const) {
        const places = count.enter(key)
        if (places !== undefined) countUntilOver(req, res, places)
        if (places?.take(messages - 1) !== true) throw tooManyAtOnce(address)
      }
      goOn()
    })
  }
}

function tooOften(address: string, { retryAfterSeconds, repeated }: Overdraft): OnBehalfOfError {
  return new OnBehalfOfError('rate_limited', {
    reason: 'messages_per_minute',
    description: `Too many requests without a token. Sign in, or try again in ${retryAfterSeconds} seconds.`,
    ...{ retryAfterSeconds, repeated, log: { address } },
  })
}

function tooManyAtOnce(address: string): OnBehalfOfError {
  return new OnBehalfOfError('rate_limited', {
    reason: 'too_many_at_once',
    description: 'Too many requests without a token are under way. Sign in, or try again later.',
    ...{ retryAfterSeconds: 1, log: { address } },
  })
}
