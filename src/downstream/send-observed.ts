import { asOnBehalfOfError } from '../failures/errors.js'
import type { AnswerBody } from '../http/http-sender.js'
import type { ApiCallObservation } from '../observability/api-call-observation.js'
import type { Secret } from '../secret.js'
import type { OutgoingRequest } from './outgoing-request.js'
import { sendRequest, type SendOptions, type Sent } from './send-request.js'

/** Begins to observe a request to the API. */
export type ObserveApiCall = (
  outgoing: Pick<OutgoingRequest, 'method' | 'template'>,
) => ApiCallObservation

/** `sendRequest`, told to an observer where there is one: the status, the bytes that are read, how it ended. */
export async function sendObserved(
  outgoing: OutgoingRequest,
  token: Secret,
  options: SendOptions & { readonly observe?: ObserveApiCall | undefined },
): Promise<Sent> {
  if (options.observe === undefined) return sendRequest(outgoing, token, options)
  const observed = options.observe(outgoing)
  try {
    return watched(await sendRequest(outgoing, token, options), observed, options.signal)
  } catch (thrown) {
    const { code, details } = asOnBehalfOfError(thrown)
    observed.failed(code, details.reason)
    observed.ended()
    throw thrown
  }
}

function watched(
  { response, over }: Sent,
  observed: ApiCallObservation,
  signal: AbortSignal | undefined,
): Sent {
  const { status, statusText, headers, body } = response
  observed.status = status
  return {
    response: { status, statusText, headers, body: body && counted(body, observed, signal) },
    over: () => {
      over()
      observed.ended()
    },
  }
}

function counted(
  body: AnswerBody,
  observed: ApiCallObservation,
  signal: AbortSignal | undefined,
): AnswerBody {
  return {
    async next() {
      try {
        const bytes = await body.next()
        observed.bytes += bytes?.byteLength ?? 0
        return bytes
      } catch (cause) {
        if (signal?.aborted === true) observed.failed('cancelled', undefined)
        else observed.failed('downstream_unavailable', 'broke_off')
        throw cause
      }
    },
    cancel: (reason) => {
      body.cancel(reason)
    },
  }
}
