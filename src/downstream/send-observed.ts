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
