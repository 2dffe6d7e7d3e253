import { API_CALL_DEFAULTS } from './api-call-defaults.js'
import { OnBehalfOfError } from '../failures/errors.js'
import type { Fetch } from '../http/fetch-json.js'
import type { Secret } from '../secret.js'
import { callFailure } from './call-failure.js'
import { IDEMPOTENT, outageText } from './call-outcome.js'
import { connectionDied, type FreshConnectionInit } from '../http/fresh-connection.js'
import type { OutgoingRequest } from './outgoing-request.js'

/** How a request is sent. */
export interface SendOptions {
  readonly fetch: Fetch
  /** Ends the call, for a caller that no longer wants the answer. */
  readonly signal?: AbortSignal | undefined
  /** From connecting to the last byte, both tries together. Default 10000. */
  readonly timeoutMs?: number | undefined
}

/**
 * Sends a request with a token; resolves with any answer.
 *
 * Where the connection dies before the answer begins, an idempotent request is sent once more on a fresh one, within
 * the same deadline. Rejects with `cancelled`, or with `downstream_unavailable`.
 */
export async function sendRequest(
  outgoing: OutgoingRequest,
  token: Secret,
  { fetch, signal, timeoutMs = API_CALL_DEFAULTS.timeoutMs }: SendOptions,
): Promise<Response> {
  const deadline = AbortSignal.timeout(timeoutMs)
  const ends = signal === undefined ? deadline : AbortSignal.any([deadline, signal])
  const attempt = (init: FreshConnectionInit = {}): Promise<Response> =>
    fetch(outgoing.url, { ...init, ...fetchInit(outgoing, token), signal: ends })
  try {
    return await attempt().catch((cause: unknown) => {
      const again = IDEMPOTENT.has(outgoing.method) && connectionDied(cause) && !ends.aborted
      if (again) return attempt({ freshConnection: true })
      throw cause
    })
  } catch (cause) {
    if (signal?.aborted === true) throw callFailure(outgoing, 'cancelled', { cause })
    if (cause instanceof OnBehalfOfError) throw cause
    const reason = deadline.aborted
      ? 'timed_out'
      : connectionDied(cause)
        ? 'broke_off'
        : 'unreachable'
    // Without a connection nothing was sent.
    const text = reason === 'unreachable' ? {} : outageText(outgoing.method)
    throw callFailure(outgoing, 'downstream_unavailable', { reason, cause, ...text })
  }
}

function fetchInit({ method, headers, body }: OutgoingRequest, token: Secret): RequestInit {
  const authorized = new Headers(headers)
  authorized.set('authorization', `Bearer ${token.reveal()}`)
  return {
    method,
    headers: authorized,
    redirect: 'manual',
    body: body ?? null,
  }
}
