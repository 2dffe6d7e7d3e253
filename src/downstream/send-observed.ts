import { validateHeaderName, validateHeaderValue } from 'node:http'
import { asOnBehalfOfError } from '../failures/errors.js'
import type { AnswerBody } from '../http/http-sender.js'
import type { ApiCallObservation } from '../observability/api-call-observation.js'
import type { Secret } from '../secret.js'
import { isForbiddenHeader, type OutgoingRequest } from './outgoing-request.js'
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
    const traced = withTrace(outgoing, observed.traceHeaders)
    const sent = await observed.run(() => sendRequest(traced, token, options))
    return watched(sent, observed, options.signal)
  } catch (thrown) {
    const { code, details } = asOnBehalfOfError(thrown)
    observed.failed(code, details.reason)
    observed.ended()
    throw thrown
  }
}

/** What the handler has set itself stays. A propagator may give anything, and must break no request. */
function withTrace(
  outgoing: OutgoingRequest,
  trace: Readonly<Record<string, string>> | undefined,
): OutgoingRequest {
  if (trace === undefined) return outgoing
  const added = Object.entries(trace).filter(
    ([name, value]) => !isForbiddenHeader(name) && isSendable(name, value),
  )
  const lowered = added.map(([name, value]) => [name.toLowerCase(), value] as const)
  return { ...outgoing, headers: new Map([...lowered, ...outgoing.headers]) }
}

function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

function watched(
  { response, ends, over, repeated }: Sent,
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
    repeated,
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
