import { Router, text, type Request, type RequestHandler } from 'express'
import { z } from 'zod'
import { requestIdOf } from '../middleware/request-context.js'
import { besideEndpoint } from '../src/http/beside-endpoint.js'
import type { Issuer } from '../src/identity/issuer-keys.js'
import { TOKEN_DEFAULTS } from '../src/identity/token-defaults.js'
import { LOGGER_OPTION, silentLog, type Logger } from '../src/logging/logger.js'
import { PIPELINE_OBSERVER_OPTION } from '../src/observability/pipeline-observer-option.js'
import type { PipelineObserver } from '../src/observability/pipeline-observer.js'
import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import { ReceivedEvents } from '../src/revocation/received-events.js'
import { REVOCATION_OPTION, type Revocation } from '../src/revocation/revocation.js'
import { SharedSignals, type PushRefusal } from '../src/revocation/shared-signals.js'
import { Secret } from '../src/secret.js'
import { isSameText } from '../src/sign-in/is-same-text.js'
import type { Store } from '../src/store/store.js'
import { systemClock, type Clock } from '../src/time/clock.js'
import { eventHandler } from './event-endpoint.js'

/** Whose security events `sharedSignalsRoute` takes, and what it tells. */
export interface SharedSignalsRouteOptions {
  readonly revocation: Revocation
  /** The public URL of the MCP endpoint: the route is `shared-signals` beside it. */
  readonly endpoint: URL
  /** Whose events are believed: by `createTransmitter`. */
  readonly transmitter: Issuer
  /** What the events have in `aud`. */
  readonly audience: string
  /** The bearer token that the transmitter has to send. Default: none, the signature alone counts. */
  readonly token?: Secret | undefined
  /**
   * The issuers of access tokens. The transmitter may sign out users of all of them. A user whom it names as its own, and who is not
   * one of these issuers', is the user of that name at each of them.
   */
  readonly userIssuers: readonly string[]
  /** Where it is kept which events were used, for all instances. Default: in this process. */
  readonly store?: Pick<Store, 'get' | 'set'> | undefined
  /** Allowed clock difference, 0 to 60 seconds. Default 5. */
  readonly clockToleranceSeconds?: number | undefined
  /** Default: none. */
  readonly log?: Logger | undefined
  /** Sees what becomes of each request. Default: nobody does. */
  readonly observer?: PipelineObserver | undefined
  readonly clock?: Clock | undefined
}

const OPTIONS = optionsSchema<SharedSignalsRouteOptions>({
  revocation: REVOCATION_OPTION,
  endpoint: optionValues.httpUrl,
  transmitter: optionValues.withFunctions('made by createTransmitter', 'metadata', 'keys'),
  audience: optionValues.text('what the events have in aud'),
  token: z.instanceof(Secret, { error: 'must be a Secret' }).optional(),
  userIssuers: optionValues.texts('an issuer identifier').min(1, 'must name an issuer'),
  store: optionValues.withFunctions('a Store', 'get', 'set').optional(),
  clockToleranceSeconds: optionValues.toleranceSeconds.optional(),
  log: LOGGER_OPTION.optional(),
  observer: PIPELINE_OBSERVER_OPTION.optional(),
  clock: optionValues.callable.optional(),
})

const TYPE = 'application/secevent+jwt'
const MAX_BYTES = 32 * 1024

/**
 * Takes security events at `shared-signals` beside the MCP endpoint, as a transmitter pushes them (RFC 8935; Shared Signals Framework 1.0),
 * and ends the access of whom they are about: `session-revoked`, `credential-change` and `token-claims-change` of CAEP 1.0.
 *
 * Answers 202 for what it takes, also where that means nothing here; 400 with `err` and `description` for what it refuses; 503 with
 * `Retry-After` where the sign-out could not be told to all instances, or the transmitter's keys cannot be had. Mount it behind `guard`,
 * which limits requests by address. Throws a `TypeError` that names every issue of the options.
 *
 * @category Routes
 * @example
 * const transmitter = createTransmitter({ issuer: 'https://example.okta.com' })
 * const userIssuers = ['https://example.okta.com/oauth2/default']
 * app.use(guard, sharedSignalsRoute({ revocation, endpoint, transmitter, audience, userIssuers }))
 */
export function sharedSignalsRoute(options: SharedSignalsRouteOptions): Router {
  assertOptions('sharedSignalsRoute', OPTIONS, options)
  const { endpoint, token, log = silentLog, observer, clock = systemClock } = options
  const { clockToleranceSeconds = TOKEN_DEFAULTS.clockToleranceSeconds } = options
  const received = new ReceivedEvents({ source: 'shared_signals', log, observer, clock })
  const { revocation, transmitter, audience, userIssuers, store } = options
  const signals = new SharedSignals({
    ...{ revocation, transmitter, audience, userIssuers, store },
    ...{ received, log, clock, clockToleranceSeconds },
  })
  const router = Router({ strict: true, caseSensitive: true })
  router.route(besideEndpoint(endpoint, 'shared-signals')).all(handlerOf(signals, token))
  return router
}

function handlerOf(signals: SharedSignals, token: Secret | undefined): RequestHandler {
  return eventHandler<PushRefusal>({
    parse: text({ type: TYPE, limit: MAX_BYTES }),
    admit: (req) =>
      isFromSender(req, token) ? undefined : signals.refused('sender', requestIdOf(req)),
    answer: (req, requestId, failure) => {
      const body: unknown = req.body
      if (failure !== undefined) return signals.refused('request', requestId)
      return signals.receive(typeof body === 'string' ? body.trim() : undefined, requestId)
    },
    refusal: ({ err, text: description }) => ({ err, description }),
  })
}

function isFromSender({ headers }: Request, token: Secret | undefined): boolean {
  if (token === undefined) return true
  const [, given] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  return isSameText(given, token.reveal())
}
