import type { IncomingMessage } from 'node:http'
import type { OnBehalfOfError } from '../src/failures/errors.js'
import type { AnonymousRequest } from '../src/identity/anonymous-request.js'
import type { AnswerForms } from '../src/http/answer-in-form.js'
import type { Places } from '../src/limits/user-places.js'
import type { RequestObservation } from '../src/observability/request-observation.js'
import type { ToolSet } from '../src/tools/tool-set.js'

/** What a request asks of this server, as its parsed body tells. */
export interface RequestSize {
  /** JSON-RPC messages: a batch has several. */
  readonly messages: number
  /** Of the body after decompression, and 256 more for each value in it outside of a tool's arguments. */
  readonly bytes: number
}

/** What the middleware keeps of one request, each for itself. */
export interface RequestState {
  /** `requestContext` */
  requestId?: string
  /** `answerForms` */
  forms?: AnswerForms
  /** `jsonBody`: of the body as it was read. */
  bytesRead?: number
  /** `jsonBody`: why the text of the body is not parsed. */
  refusedText?: OnBehalfOfError
  /** `jsonBody`, for the limits. */
  size?: RequestSize
  /** `keepTools`: absent where there are no others than those that the middleware was made with. */
  tools?: ToolSet
  /** `innerCalls`: the body, in which calls through other tools are those that are meant. */
  messages?: { readonly body: unknown }
  /** The limits that wait for `size`. */
  counts?: ((size: RequestSize) => Promise<void> | undefined)[]
  /** Those of them that ask a store, until it answers. */
  counting?: Promise<void>[]
  /** `limitConcurrency` and `limitTools` */
  places?: readonly Places[]
  /** `observeRequests`: absent where nobody observes. */
  observation?: RequestObservation
  /** `anonymousRequests`: set for a request that public tools serve without a token. */
  anonymous?: AnonymousRequest
  /** The handlers that a request goes through once. */
  passed?: Set<object>
}

const states = new WeakMap<IncomingMessage, RequestState>()

/** The state of a request. One map for all of it: each entry of such a map costs as much as a small middleware. */
export function stateOf(req: IncomingMessage): RequestState {
  const known = states.get(req)
  if (known !== undefined) return known
  const state: RequestState = {}
  states.set(req, state)
  return state
}
