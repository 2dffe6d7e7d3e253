import { OnBehalfOfError, type FailureCode, type FailureDetails } from '../failures/errors.js'
import type { HttpAnswer } from '../http/http-sender.js'
import type { Secret } from '../secret.js'
import { callFailure } from './call-failure.js'
import { acceptedNote } from './call-outcome.js'
import type { OutgoingRequest } from './outgoing-request.js'
import type { Sent } from './send-request.js'
import { TokenEcho } from './token-echo.js'

/** An answer that has begun, and how its failures are told: never as a refusal where the API has accepted the call. */
export interface CallAnswer {
  readonly response: HttpAnswer
  /** Ends the deadline of the call; for whoever has read the answer, or will not. */
  readonly over: () => void
  readonly echo: TokenEcho
  /** Whether it answers a second try, after the connection of the first broke. */
  readonly repeated: boolean
  readonly failure: (
    code: FailureCode,
    details: FailureDetails & { readonly description: string },
  ) => OnBehalfOfError
  /** The failure of a body that broke off. */
  readonly brokeOff: (cause: unknown) => OnBehalfOfError
  /** The failure of an answer that holds the token that the API was sent. */
  readonly echoed: () => OnBehalfOfError
}

/** Creates what is known of an answer; `tokens` are all that the call has sent. */
export function callAnswer(
  { response, over, repeated }: Sent,
  call: {
    readonly outgoing: OutgoingRequest
    readonly tokens: readonly Secret[]
    readonly signal?: AbortSignal | undefined
  },
): CallAnswer {
  const { outgoing, signal } = call
  const note = isOk(response) ? acceptedNote(outgoing.method, response.status) : ''
  const failure: CallAnswer['failure'] = (code, { description, ...details }) =>
    callFailure(outgoing, code, { ...details, description: `${description}${note}` })
  return {
    response,
    over,
    repeated,
    echo: new TokenEcho(call.tokens),
    failure,
    brokeOff: (cause) => {
      if (signal?.aborted === true) return callFailure(outgoing, 'cancelled', { cause })
      if (cause instanceof OnBehalfOfError && cause.code === 'signed_out') {
        return failure('signed_out', {
          ...cause.details,
          description: 'The user was signed out, and what the API answers is withheld.',
        })
      }
      const details = { reason: 'broke_off', cause } as const
      return note === ''
        ? callFailure(outgoing, 'downstream_unavailable', details)
        : failure('downstream_unavailable', {
            ...details,
            description: 'The answer of the API broke off.',
          })
    },
    echoed: () =>
      failure('downstream_failed', {
        reason: 'token_echoed',
        description:
          'The API answered with a credential in it, so its answer is withheld. An operator has to look into it.',
        log: { security: true, problem: 'the API repeats the token that it was sent' },
      }),
  }
}

/** Whether the API says that it did what was asked (RFC 9110 §15.3). */
export function isOk({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300
}
