import type { Clock } from '../../src/time/clock.js'
import type { Fetch } from '../../src/http/fetch-json.js'
import { printable } from '../printable.js'
import { networkFault, type NetworkFault } from './network-fault.js'
import { redirectTarget } from './redirect-target.js'

/** One request for a document of the authorization server, and what it met. */
export interface DocumentVisit {
  readonly url: string
  readonly status?: number
  /** Where a redirect leads to. */
  readonly location?: string | undefined
  readonly isPage?: boolean
  /** How far the server's clock is ahead of ours, as its `Date` says; absent where it says nothing. */
  readonly skew?: ClockSkew | undefined
  /** Where no answer came. */
  readonly fault?: NetworkFault
}

/** The server wrote its `Date` at some time between our request and its answer: the truth lies between the two. */
export interface ClockSkew {
  readonly leastMs: number
  readonly mostMs: number
}

/** The `Date` header itself is a second coarse. */
const COARSE_MS = 1_000

/** Wraps `fetch` so that `visits` keeps what each request met: the errors of the production code name the last one alone. */
export function visitingFetch(fetch: Fetch, clock: Clock, visits: DocumentVisit[]): Fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const before = clock()
    try {
      const response = await fetch(input, init)
      visits.push({
        url: url.href,
        status: response.status,
        location: redirectTarget(response, url),
        isPage: /^(?:text\/html|application\/xhtml\+xml)\b/i.test(
          response.headers.get('content-type') ?? '',
        ),
        skew: skewOf(response, before, clock()),
      })
      return response
    } catch (error) {
      visits.push({ url: url.href, fault: networkFault(error, url) })
      throw error
    }
  }
}

/** For a report: what the visit met. */
export function visitText({ url, status, location, isPage, fault }: DocumentVisit): string {
  const place = printable(url)
  if (fault !== undefined) return `${place} does not answer: ${fault.message}`
  if (location !== undefined)
    return `${place} answers ${status ?? 0}, a redirect to ${printable(location)}`
  if (status === 200 && isPage === true) return `${place} answers with a web page`
  if (status === 200) return `${place} answers with something else`
  return `${place} answers ${status ?? 0}`
}

function skewOf({ headers }: Response, beforeMs: number, afterMs: number): ClockSkew | undefined {
  const dated = Date.parse(headers.get('date') ?? '')
  // A cached answer has the date of its first delivery.
  if (Number.isNaN(dated) || headers.get('age') !== null) return undefined
  return { leastMs: dated - afterMs, mostMs: dated + COARSE_MS - beforeMs }
}
