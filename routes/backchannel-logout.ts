import { Router, urlencoded, type RequestHandler } from 'express'
import { z } from 'zod'
import { besideEndpoint } from '../src/http/beside-endpoint.js'
import type { Issuer } from '../src/identity/issuer-keys.js'
import { TOKEN_DEFAULTS } from '../src/identity/token-defaults.js'
import { LOGGER_OPTION, silentLog, type Logger } from '../src/logging/logger.js'
import { PIPELINE_OBSERVER_OPTION } from '../src/observability/pipeline-observer-option.js'
import type { PipelineObserver } from '../src/observability/pipeline-observer.js'
import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import { BackchannelLogout, type LogoutRefusal } from '../src/revocation/backchannel-logout.js'
import { ReceivedEvents } from '../src/revocation/received-events.js'
import { REVOCATION_OPTION, type Revocation } from '../src/revocation/revocation.js'
import type { Store } from '../src/store/store.js'
import { systemClock, type Clock } from '../src/time/clock.js'
import { eventHandler } from './event-endpoint.js'

/** Whose logout tokens `backchannelLogoutRoute` takes, and what it tells. */
export interface BackchannelLogoutRouteOptions {
  readonly revocation: Revocation
  /** The public URL of the MCP endpoint: the route is `backchannel-logout` beside it. */
  readonly endpoint: URL
  /** Whose users sign out: by `createIssuer`. */
  readonly issuers: readonly Issuer[]
  /**
   * The client ids that a logout token may be for: those of the applications through which users sign in, since an authorization server
   * sends a logout token to these. At least one.
   */
  readonly clients: readonly string[]
  /** Where it is kept which tokens were used, for all instances. Default: in this process. */
  readonly store?: Pick<Store, 'get' | 'set'> | undefined
  /** Allowed clock difference, 0 to 60 seconds. Default 5. */
  readonly clockToleranceSeconds?: number | undefined
  /** Default: none. */
  readonly log?: Logger | undefined
  /** Sees what becomes of each request. Default: nobody does. */
  readonly observer?: PipelineObserver | undefined
  readonly clock?: Clock | undefined
}

const OPTIONS = optionsSchema<BackchannelLogoutRouteOptions>({
  revocation: REVOCATION_OPTION,
  endpoint: optionValues.httpUrl,
  issuers: z
    .array(optionValues.withFunctions('made by createIssuer', 'metadata', 'keys'), {
      error: 'must be a list of issuers, made by createIssuer',
    })
    .min(1, 'must have an issuer'),
  clients: optionValues.texts('a client id').min(1, 'must have a client id'),
  store: optionValues.withFunctions('a Store', 'get', 'set').optional(),
  clockToleranceSeconds: optionValues.toleranceSeconds.optional(),
  log: LOGGER_OPTION.optional(),
  observer: PIPELINE_OBSERVER_OPTION.optional(),
  clock: optionValues.callable.optional(),
})

const MAX_FORM_BYTES = 16 * 1024

/**
 * Takes logout tokens of the authorization server at `backchannel-logout` beside the MCP endpoint, and signs out whom they name
 * (OpenID Connect Back-Channel Logout 1.0): a user, or with `sid` a session.
 *
 * Answers 200, 400 with `error` and `error_description` for what it refuses, or 503 with `Retry-After` where the sign-out could not be
 * told to all instances, or the issuer's keys cannot be had. Mount it behind `guard`, which limits requests by address. Throws a
 * `TypeError` that names every issue of the options.
 *
 * @category Routes
 * @example
 * const issuers = [createIssuer({ issuer: 'https://tenant.eu.auth0.com/' })]
 * app.use(guard, backchannelLogoutRoute({ revocation, endpoint, issuers, clients: ['client-id-of-the-app'] }))
 */
export function backchannelLogoutRoute(options: BackchannelLogoutRouteOptions): Router {
  assertOptions('backchannelLogoutRoute', OPTIONS, options)
  const { endpoint, log = silentLog, observer, clock = systemClock } = options
  const { clockToleranceSeconds = TOKEN_DEFAULTS.clockToleranceSeconds } = options
  const received = new ReceivedEvents({ source: 'backchannel_logout', log, observer, clock })
  const { revocation, issuers, clients, store } = options
  const logout = new BackchannelLogout({
    ...{ revocation, issuers, clients, store, received, clock, clockToleranceSeconds },
  })
  const router = Router({ strict: true, caseSensitive: true })
  router.route(besideEndpoint(endpoint, 'backchannel-logout')).all(handlerOf(logout))
  return router
}

function handlerOf(logout: BackchannelLogout): RequestHandler {
  return eventHandler<LogoutRefusal>({
    parse: urlencoded({ extended: false, limit: MAX_FORM_BYTES, parameterLimit: 10 }),
    answer: (req, requestId, failure) => {
      if (failure !== undefined) return logout.refused('request', requestId)
      const { logout_token: token } = (req.body ?? {}) as Readonly<Record<string, unknown>>
      return logout.receive(token, requestId)
    },
    refusal: ({ text }) => ({ error: 'invalid_request', error_description: text }),
  })
}
