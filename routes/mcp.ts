import {
  toNodeHandler,
  toWebRequest,
  type NodeIncomingMessageLike,
} from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  InMemoryServerEventBus,
  type McpHandlerRequestOptions,
  type ServerNotifier,
} from '@modelcontextprotocol/server'
import type {
  Request as ExpressRequest,
  RequestHandler,
  Response as ExpressResponse,
} from 'express'
import { acceptBoth, assertAnswerable } from '../middleware/answer-forms.js'
import { authInfoOf } from '../middleware/require-bearer-auth.js'
import { assertEndpointMethod } from '../middleware/endpoint-methods.js'
import { logFailure } from '../middleware/error-handler.js'
import { failureAnswer, resultInPlace, type FailureAnswer } from '../middleware/failure-answer.js'
import { keepPlacesUntil } from '../middleware/limit-concurrency.js'
import { stateOf } from '../middleware/request-state.js'
import type { SessionOwners } from '../src/sessions/session-owners.js'
import {
  endOfSubscription,
  isListen,
  waitsForNotifications,
} from '../src/sessions/listening-requests.js'
import { describeError } from '../src/logging/describe-error.js'
import { respondToChallenges } from '../src/downstream/challenge-results.js'
import { consumePendingStepUp } from '../src/downstream/downstream-step-up.js'
import { OnBehalfOfError } from '../src/failures/errors.js'
import { systemClock, systemTimers } from '../src/time/clock.js'
import { anonymousRequest, asAnonymous } from '../src/identity/anonymous-request.js'
import { findAuthContext, requireAuthContext } from '../src/identity/auth-context.js'
import { parseRequestTarget } from '../src/http/request-target.js'
import { logEvent } from '../src/logging/log-event.js'
import { silentLog, type Logger } from '../src/logging/logger.js'
import { answerInForm, type AnswerForms } from '../src/http/answer-in-form.js'
import { isEventStream } from '../src/http/is-event-stream.js'
import { DirectMount } from '../src/mcp/direct-mount.js'
import { DEFAULT_MOUNT } from '../src/mcp/mount.js'
import { NotificationStreams } from '../src/sessions/notification-streams.js'
import { relayResponse } from '../src/http/relay-response.js'
import { assertOptions } from '../src/options/assert-options.js'
import { McpSessions, type OnAsked } from '../src/sessions/mcp-sessions.js'
import { MCP_ROUTE_OPTION, type McpRouteOptions } from './mcp-options.js'

export type { McpRouteOptions } from './mcp-options.js'

/** A mounted MCP endpoint: its handler, and how it ends. */
export interface McpRoute {
  readonly handler: RequestHandler
  /** The sessions, for what has to know whose they are before it does anything: `tokenExchange({ sessions })`. */
  readonly sessions: SessionOwners | undefined
  /** Tells all 2026-07-28 clients with a subscription that a list or a resource changed; of lists, those with a 2025 session too. */
  readonly notify: ServerNotifier
  /** Tells all clients that listen, those with a 2025 session too, that the list of tools has changed. */
  readonly toolListChanged: () => void
  /** Ends the streams that only wait for notifications. Call it when the server stops accepting requests. */
  readonly drain: () => void
  /** Ends all sessions and streams. */
  readonly close: () => Promise<void>
}

/**
 * Creates the MCP endpoint for revision 2026-07-28 and the 2025 revisions: one new server per request, or per session
 * with `sessions`.
 *
 * A step-up that a tool asks for replaces the tool's answer, except for an event stream, which has begun: the client
 * then gets the tool error. A client that acts on results gets the challenge in the result, in every form of answer.
 *
 * @category Routes
 * @example
 * const mcp = mcpRoute({ createServer, log })
 * app.all('/mcp', protect, mcp.handler)
 * process.once('SIGTERM', () => void mcp.close())
 */
export function mcpRoute(options: McpRouteOptions): McpRoute {
  assertOptions('mcpRoute', MCP_ROUTE_OPTION, options)
  const { createServer, log = silentLog } = options
  const onerror = (error: Error): void => {
    logEvent(log, 'warn', { event: 'mcp_error', err: describeError(error) })
  }
  const { bus = new InMemoryServerEventBus(onerror) } = options
  const mcp = createMcpHandler(createServer, { onerror, bus })
  const sessions = sessionsFor(options, onerror)
  sessions?.listenTo(bus)
  const notifications = notificationStreams(options)
  const answer = answerBy({ mcp, sessions, notifications })
  const direct = directMount(options, onerror)
  return {
    sessions,
    notify: mcp.notify,
    toolListChanged: tellOfTools(mcp),
    drain: () => {
      notifications.endAll()
    },
    close: async () => {
      await sessions?.close()
      await direct?.close()
      await mcp.close()
    },
    handler: forAnonymousToo(async (req, res) => {
      const forms = prepare(req, res)
      const { body } = req as { body: unknown }
      const authInfo = authInfoOf(req)
      respondWithResults(req, log)
      const replace = (): boolean => answeredByStepUp(req, res, log)
      if (await direct?.serve({ req, res, body, authInfo, forms, replace })) return
      const fetch: Answer = async (request, requestOptions = {}) => {
        try {
          const { signal } = request
          const answered = await answer(request, requestOptions, keepPlacesOf(req))
          const response = await answerInForm(answered, { forms, message: body, signal })
          const stepUp = consumePendingStepUp(authInfo)
          if (isEventStream(response)) return relayResponse(response, { signal })
          return stepUp === undefined ? response : refusal(stepUp, req, log)
        } catch (error) {
          if (error instanceof OnBehalfOfError) return refusal(error, req, log)
          throw error
        }
      }
      // The types of the SDK and of Express disagree about `req.auth` alone; `requireBearerAuth` sets the SDK's.
      const node = req as unknown as NodeIncomingMessageLike
      await toNodeHandler({ fetch }, { onerror })(node, res, body)
    }),
  }
}

function sessionsFor(
  { createServer, sessions, revocation }: McpRouteOptions,
  onerror: (error: Error) => void,
): McpSessions | undefined {
  return sessions && new McpSessions(createServer, { revocation, ...sessions }, onerror)
}

function tellOfTools({ notify }: Answering['mcp']): () => void {
  return () => {
    notify.toolsChanged()
  }
}

/** A request that public tools serve without a token is served as such. */
function forAnonymousToo(
  serve: (req: ExpressRequest, res: ExpressResponse) => Promise<void>,
): RequestHandler {
  return async function mcpHandler(req, res) {
    const { anonymous } = stateOf(req)
    await (anonymous === undefined
      ? serve(req, res)
      : asAnonymous(anonymous, () => serve(req, res)))
  }
}

interface Answering {
  readonly mcp: ReturnType<typeof createMcpHandler>
  readonly sessions: McpSessions | undefined
  readonly notifications: NotificationStreams
}

/**
 * A session's request goes to its own server, any other to a new one; an anonymous request never gets a session. A stream that only
 * waits is one of the user's few.
 */
function answerBy({ mcp, sessions, notifications }: Answering): AnswerAsked {
  return (request, requestOptions, onAsked) => {
    const { authInfo, parsedBody } = requestOptions
    const ofSessions = anonymousRequest(authInfo) === undefined ? sessions : undefined
    const serve = async (): Promise<Response> =>
      (await ofSessions?.answer(request, requestOptions, onAsked)) ??
      mcp.fetch(request, requestOptions)
    if (!waitsForNotifications(request.method, parsedBody)) return serve()
    const { caller } = requireAuthContext(authInfo)
    return notifications.open(caller, serve, endOfSubscription(parsedBody))
  }
}

function directMount(
  { mount = DEFAULT_MOUNT, createServer, timers = systemTimers }: McpRouteOptions,
  onerror: (error: Error) => void,
): DirectMount | undefined {
  if (mount === 'sdk') return undefined
  return new DirectMount({
    createServer,
    timers,
    onerror,
    webRequest: (req, body) => toWebRequest(req as NodeIncomingMessageLike, body),
  })
}

/** Answers with the step-up that a tool asked for, where there is one. */
function answeredByStepUp(req: ExpressRequest, res: ExpressResponse, log: Logger): boolean {
  const stepUp = consumePendingStepUp(authInfoOf(req))
  if (stepUp === undefined) return false
  const { status, headers, body } = answerTo(stepUp, req, log)
  res.status(status).set(headers).end(body)
  return true
}

function refusal(failure: OnBehalfOfError, req: ExpressRequest, log: Logger): Response {
  const { status, headers, body } = answerTo(failure, req, log)
  return new Response(body, { status, headers })
}

function answerTo(failure: OnBehalfOfError, req: ExpressRequest, log: Logger): FailureAnswer {
  const { challenges } = stateOf(req).anonymous ?? requireAuthContext(authInfoOf(req))
  const answer = failureAnswer(failure, req, challenges)
  logFailure(failure, req, { log, form: answer.form })
  return answer
}

/** A client that acts on results gets a challenge of a tool in place of its result: within a session, and a stream, as well. */
function respondWithResults(req: ExpressRequest, log: Logger): void {
  const authInfo = authInfoOf(req)
  const context = findAuthContext(authInfo)
  if (
    authInfo === undefined ||
    context?.challenges.takesResults?.(context.caller.clientId) !== true
  )
    return
  respondToChallenges(authInfo, (challenge) => {
    const result = resultInPlace(challenge, req, context.challenges)
    if (result !== undefined) logFailure(challenge, req, { log, form: 'result' })
    return result
  })
}

/** Makes a request what the SDK can be shown; returns in which forms its client takes the answer. */
function prepare(req: ExpressRequest, res: ExpressResponse): AnswerForms {
  assertEndpointMethod(req, res)
  const forms = assertAnswerable(req)
  if (!forms.eventStream && req.method === 'POST' && isListen(req.body)) throw needsStream()
  if (forms.eventStream || req.method === 'POST') acceptBoth(req)
  req.url = parseRequestTarget(req.url)?.path ?? req.url
  res.setHeader('Cache-Control', 'no-store')
  return forms
}

function needsStream(): OnBehalfOfError {
  return new OnBehalfOfError('not_acceptable', {
    reason: 'needs_event_stream',
    description: 'A subscription is answered by an event stream: accept text/event-stream.',
  })
}

/** Calls in a session outlive their connection, and count for as long as they last. */
function keepPlacesOf(req: ExpressRequest): OnAsked {
  return (settled) => {
    keepPlacesUntil(req, settled)
  }
}

type AnswerAsked = (
  request: Request,
  options: McpHandlerRequestOptions,
  onAsked: OnAsked,
) => Promise<Response>
type Answer = (request: Request, options?: McpHandlerRequestOptions) => Promise<Response>

function notificationStreams({
  maxStreamsPerUser: maxPerUser = 16,
  ...options
}: McpRouteOptions): NotificationStreams {
  const { clock = systemClock, timers = systemTimers, revocation } = options
  return new NotificationStreams({ maxPerUser, clock, timers, revocation })
}
