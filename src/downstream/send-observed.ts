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
  { response, ends, over }: Sent,
  observed: ApiCallObservation,
  signal: AbortSignal | undefined,
): Sent {
  const { status, statusText, headers, body } = response
  observed.status = status
  const read = body && counted(body, observed, signal)
  const ended = (): void => {
    // A read that is under way fails by itself.
    if (read?.isReading === true) return
    if (signal?.aborted === true) observed.failed('cancelled', undefined)
    else observed.failed('downstream_unavailable', 'timed_out')
    observed.ended()
  }
  ends.addEventListener('abort', ended, { once: true })
  return {
    response: { status, statusText, headers, body: read },
    ends,
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
): AnswerBody & { readonly isReading: boolean } {
  let isReading = false
  return {
    get isReading() {
      return isReading
    },
    async next() {
      isReading = true
      try {
        const bytes = await body.next()
        observed.bytes += bytes?.byteLength ?? 0
        return bytes
      } catch (cause) {
        if (signal?.aborted === true) observed.failed('cancelled', undefined)
        else observed.failed('downstream_unavailable', 'broke_off')
        throw cause
      } finally {
        isReading = false
      }
    },
    cancel: (reason) => {
      body.cancel(reason)
    },
  }
}
