import { classifyInboundRequest } from '@modelcontextprotocol/server'
import type { Request } from 'express'
import { callIdIn, challengeForm, type ChallengeForm } from '../src/failures/challenge-form.js'
import { challengeResult, type ChallengeResult } from '../src/failures/challenge-result.js'
import type { OnBehalfOfError } from '../src/failures/errors.js'
import { failureResponse, type ChallengeOptions } from '../src/failures/failure-response.js'
import { EVENT_STREAM_HEADERS, messageEvent } from '../src/http/event-stream.js'
import { findAuthContext } from '../src/identity/auth-context.js'
import { authInfoOf } from './require-bearer-auth.js'
import { requestIdOf } from './request-context.js'
import { stateOf } from './request-state.js'

/** The answer to a failure, ready to be sent. */
export interface FailureAnswer {
  readonly form: ChallengeForm
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The answer to a failure in the form on which the client of the request acts. */
export function failureAnswer(
  failure: OnBehalfOfError,
  req: Request,
  options: ChallengeOptions,
): FailureAnswer {
  const form = formFor(failure, req, options)
  if (form === 'result') return { form, status: 200, ...resultAnswer(failure, req, options) }
  const { status, headers, body } = failureResponse(failure, requestIdOf(req), options)
  return { form, status, headers, body: JSON.stringify(body) }
}

/** The result that takes the place of a tool's own, where the client of the request acts on results; else `undefined`. */
export function resultInPlace(
  failure: OnBehalfOfError,
  req: Request,
  options: ChallengeOptions,
): ChallengeResult | undefined {
  return formFor(failure, req, options) === 'result' ? challengeResult(failure, options) : undefined
}

function formFor(failure: OnBehalfOfError, req: Request, options: ChallengeOptions): ChallengeForm {
  const clientId = findAuthContext(authInfoOf(req))?.caller.clientId
  const message: unknown = req.method === 'POST' ? req.body : undefined
  return challengeForm(failure, { clientId, message }, options)
}

/** Written as the SDK writes a result: JSON, or an event stream for a client that reads nothing else. */
function resultAnswer(
  failure: OnBehalfOfError,
  req: Request,
  options: ChallengeOptions,
): Pick<FailureAnswer, 'headers' | 'body'> {
  const message: unknown = req.body
  const result = { ...resultType(req), ...challengeResult(failure, options) }
  const answer = { jsonrpc: '2.0', id: callIdIn(message), result }
  return stateOf(req).forms?.json === false
    ? { headers: { ...EVENT_STREAM_HEADERS, ...NOT_STORED }, body: messageEvent(answer) }
    : { headers: { ...JSON_TYPE, ...NOT_STORED }, body: JSON.stringify(answer) }
}

const NOT_STORED = { 'Cache-Control': 'no-store' }
const JSON_TYPE = { 'Content-Type': 'application/json' }

/** Every result of 2026-07-28 has one; those of the earlier revisions do not know it. */
function resultType(req: Request): { readonly resultType?: 'complete' } {
  const body: unknown = req.body
  const { kind } = classifyInboundRequest({ httpMethod: req.method, body })
  return kind === 'modern' ? { resultType: 'complete' } : {}
}
