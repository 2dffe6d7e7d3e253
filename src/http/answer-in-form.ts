import { OnBehalfOfError } from '../failures/errors.js'
import { collectedAnswer } from './collected-answer.js'
import { isEventStream } from './is-event-stream.js'
import { relayResponse } from './relay-response.js'
import { streamedAnswer } from './streamed-answer.js'

/** In which forms a client takes an answer. */
export interface AnswerForms {
  readonly json: boolean
  readonly eventStream: boolean
}

export interface AnswerInFormOptions {
  readonly forms: AnswerForms
  /** What the client sent: one message, or a list. */
  readonly message: unknown
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
}

/**
 * Gives an answer the form that its client takes. An error is JSON to everybody: its status says that it is one.
 *
 * Throws `cancelled` where a stream that has to become JSON ends without an answer.
 */
export async function answerInForm(
  answer: Response,
  { forms: { json, eventStream }, message, signal }: AnswerInFormOptions,
): Promise<Response> {
  if (json === eventStream) return answer
  if (eventStream) return answer.status === 200 && isJson(answer) ? streamedAnswer(answer) : answer
  if (!isEventStream(answer)) return answer
  const collected = await collectedAnswer(relayResponse(answer, { signal }), message)
  if (collected === undefined) throw new OnBehalfOfError('cancelled')
  return collected
}

function isJson(answer: Response): boolean {
  return answer.headers.get('content-type')?.startsWith('application/json') === true
}
