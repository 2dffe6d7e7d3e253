import { API_CALL_DEFAULTS } from './api-call-defaults.js'
import { OnBehalfOfError } from '../failures/errors.js'
import type { HttpAnswer, HttpSender } from '../http/http-sender.js'
import type { Secret } from '../secret.js'
import { CallDeadline } from '../time/call-deadline.js'
import { callFailure } from './call-failure.js'
import { outageText, unknownNote } from './call-outcome.js'
import { connectionDied } from '../http/fresh-connection.js'
import type { OutgoingRequest } from './outgoing-request.js'

/** How a request is sent. */
export interface SendOptions {
  readonly send: HttpSender
  /** Ends the call, for a caller that no longer wants the answer. */
  readonly signal?: AbortSignal | undefined
  /** From connecting to the last byte, both tries together. Default 10000. */
  readonly timeoutMs?: number | undefined
}

/** An answer that has begun. */
export interface Sent {
  readonly response: HttpAnswer
  /** Aborts at the deadline, and when the caller leaves; never after `over`. */
  readonly ends: AbortSignal
  /** Ends the deadline: the answer has been read, or nobody will read it. Calling it again does nothing. */
  readonly over: () => void
  /** Whether the connection of a first try broke. */
  readonly repeated: boolean
}

/**
 * Sends a request with a token; resolves with any answer. The deadline goes on until `over` is called.
 *
 * Where the connection dies before the answer begins, a request that is `repeatable` is sent once more on a fresh one, within
 * the same deadline. Rejects with `cancelled`, or with `downstream_unavailable`.
 */
export async function sendRequest(
  outgoing: OutgoingRequest,
  token: Secret,
  { send, signal, timeoutMs = API_CALL_DEFAULTS.timeoutMs }: SendOptions,
): Promise<Sent> {
  const deadline = new CallDeadline(timeoutMs, signal)
  const ends = deadline.signal
  const authorized = withToken(outgoing, token)
  const attempt = (freshConnection?: boolean): Promise<HttpAnswer> =>
    send({ signal: ends, freshConnection, ...authorized })
  const tries = { repeated: false }
  try {
    const response = await attempt().catch((cause: unknown) => {
      tries.repeated = outgoing.repeatable && connectionDied(cause) && !ends.aborted
      if (tries.repeated) return attempt(true)
      throw cause
    })
    return {
      response,
      ends,
      repeated: tries.repeated,
      over: () => {
        deadline.end()
      },
    }
  } catch (cause) {
    deadline.end()
    if (signal?.aborted === true) throw callFailure(outgoing, 'cancelled', { cause })
    if (cause instanceof OnBehalfOfError) throw endedBy(cause, outgoing)
    const reason = deadline.timedOut
      ? 'timed_out'
      : connectionDied(cause)
        ? 'broke_off'
        : 'unreachable'
    // Without a connection nothing was sent, unless a first try was.
    const text = reason === 'unreachable' && !tries.repeated ? {} : outageText(outgoing.method)
    throw callFailure(outgoing, 'downstream_unavailable', { reason, cause, ...text })
  }
}

/** Whether a call of a user who was signed out meanwhile took effect is for its handler to find out. */
function endedBy(failure: OnBehalfOfError, outgoing: OutgoingRequest): OnBehalfOfError {
  const { code, details } = failure
  const note = unknownNote(outgoing.method)
  if (code !== 'signed_out' || note === '') return failure
  return callFailure(outgoing, 'signed_out', {
    ...details,
    description: `The user was signed out, which has ended the call.${note}`,
    outcomeUnknown: true,
  })
}

function withToken({ url, method, headers, body }: OutgoingRequest, token: Secret) {
  const authorized = new Map(headers).set('authorization', `Bearer ${token.reveal()}`)
  return { url, method, headers: authorized, body }
}
