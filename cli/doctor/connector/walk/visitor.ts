import type { Fetch } from '../../../../src/http/fetch-json.js'
import { isHttpsOrLoopback } from '../../../../src/http/secure-url.js'
import { USER_AGENT } from '../../../../src/version.js'
import type { Timers } from '../../../../src/time/clock.js'
import { networkFault } from '../../network-fault.js'
import { faultCode } from './fault-code.js'
import type { HostAddresses } from './host-addresses.js'
import { readPart } from './read-part.js'
import type { Answer, Outcome, Visit, VisitRequest } from './visit.js'

export interface VisitorOptions {
  readonly fetch: Fetch
  readonly addresses: HostAddresses
  /** For one request, its body included. */
  readonly timeoutMs: number
  readonly timers: Timers
  /** Aborted when the time for all of them is up. */
  readonly deadline: AbortSignal
  readonly maxRequests: number
  readonly maxBytes: number
}

/** Makes the requests of a walk: each once, and within limits. */
export interface Visitor {
  /** The outcome of a request; the same request is not made again. Never rejects. */
  readonly visit: (request: VisitRequest) => Promise<Outcome>
  /** The requests that were made so far, and those that were refused. */
  readonly visits: () => readonly Visit[]
}

/**
 * Creates the visitor of one walk. It follows no redirect. It refuses plain http to another machine, and addresses that are out of reach
 * of where the walk began.
 */
export function createVisitor(options: VisitorOptions): Visitor {
  const made = new Map<string, Promise<Outcome>>()
  const visits: Visit[] = []
  const once = async (request: VisitRequest): Promise<Outcome> => {
    const outcome =
      made.size > options.maxRequests || options.deadline.aborted
        ? ({ kind: 'refused', reason: 'used_up' } as const)
        : await send(request, options)
    visits.push({ request, outcome })
    return outcome
  }
  return {
    visit: (request) => {
      const key = JSON.stringify([
        ...[request.method, request.url.href, request.body],
        Object.entries(request.headers ?? {}).sort(),
      ])
      const known = made.get(key)
      if (known !== undefined) return known
      const outcome = once(request)
      made.set(key, outcome)
      return outcome
    },
    visits: () => visits,
  }
}

async function send(request: VisitRequest, options: VisitorOptions): Promise<Outcome> {
  const { url, method, headers, body } = request
  if (!isHttpsOrLoopback(url)) return { kind: 'refused', reason: 'not_https' }
  const limit = new AbortController()
  const timer = options.timers.after(options.timeoutMs, () => {
    limit.abort(new DOMException('no answer in time', 'TimeoutError'))
  })
  const signal = AbortSignal.any([limit.signal, options.deadline])
  try {
    const reachable = await options.addresses.reachable(url.hostname)
    if (reachable.length === 0) return { kind: 'refused', reason: 'internal_address' }
    const response = await options.fetch(url, {
      ...{ method, redirect: 'manual', signal },
      headers: { 'user-agent': USER_AGENT, ...headers },
      ...(body === undefined ? {} : { body }),
    })
    return await answerOf(response, options)
  } catch (error) {
    return { kind: 'failed', code: faultCode(error), fault: networkFault(error, url) }
  } finally {
    timer.cancel()
  }
}

async function answerOf(response: Response, { maxBytes }: VisitorOptions): Promise<Answer> {
  const { body, state } = await readPart(response, maxBytes)
  const { status, headers } = response
  return { kind: 'answer', status, headers, body, bodyState: state }
}
