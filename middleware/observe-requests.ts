import type { Request, RequestHandler, Response } from 'express'
import { traceContextOf } from '../src/downstream/trace-context.js'
import { watchAnswer } from '../src/http/watch-answer.js'
import { whenOver } from '../src/http/when-over.js'
import type { ObservationOptions } from '../src/observability/observation-options.js'
import { RequestObservation } from '../src/observability/request-observation.js'
import { meantMessages } from './inner-calls.js'
import { messagesOf } from './observed-messages.js'
import { requestIdOf } from './request-context.js'
import { stateOf } from './request-state.js'

/** Where a request is observed from: its beginning, and the moment at which its body has been checked. */
export interface RequestObserving {
  /** Behind `requestContext`, in front of everything that can refuse a request. */
  readonly requests: RequestHandler
  /** Behind `jsonBody`. Passes on what an observer refuses a call with. What is behind it runs within the span of the call. */
  readonly calls: RequestHandler
}

/** Creates the middleware that observes the requests to the MCP endpoint and the tool calls in them. */
export function observeRequests(options: ObservationOptions): RequestObserving {
  return {
    requests: function observeRequestsMiddleware(req, res, next) {
      if (options.isIdle?.() === true) {
        next()
        return
      }
      const { method, headers } = req
      const traceId = traceContextOf(headers, 'link').traceparent?.slice(3, 35)
      const begun = { requestId: requestIdOf(req), traceId, method, headers }
      const observation = new RequestObservation(begun, options)
      stateOf(req).observation = observation
      whenOver(res, () => {
        endObservation(observation, req, res)
      })
      observation.run(next)
    },
    calls: function observeCallsMiddleware(req, res, next) {
      const { observation, tools } = stateOf(req)
      observation?.begin({ body: meantMessages(req) }, tools?.facts)
      const answer = observation?.watchAnswer()
      if (answer !== undefined) {
        watchAnswer(res, (chunk) => {
          answer.add(chunk)
        })
      }
      if (observation === undefined) next()
      else observation.runCalls(next)
    },
  }
}

function endObservation(observation: RequestObservation, req: Request, res: Response): void {
  const { statusCode: status, writableFinished: sent } = res
  observation.ended({ status, sent, messages: messagesOf(req) })
}
