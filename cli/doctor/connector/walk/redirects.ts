import type { Outcome, VisitRequest } from './visit.js'
import type { Visitor } from './visitor.js'

/** Which redirects a client follows. */
export type RedirectRule =
  /** Those that stay at scheme, host and port and keep the method (MCP SDK); from http to https with usual ports counts as staying. */
  | 'within_origin'
  /** As `fetch` does. */
  | 'any'

/** Where a request ended, after the redirects that a client follows. */
export interface Arrival {
  readonly url: URL
  readonly outcome: Outcome
  /** Where a redirect leads that was not followed. */
  readonly leadsTo: URL | undefined
}

const MAX_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Makes a request, and follows redirects as a client does. */
export async function arrive(
  visitor: Visitor,
  request: VisitRequest,
  rule: RedirectRule,
): Promise<Arrival> {
  let current = request
  for (let followed = 0; ; followed += 1) {
    const outcome = await visitor.visit(current)
    const { url } = current
    const leadsTo = targetOf(outcome, url)
    if (leadsTo === undefined) return { url, outcome, leadsTo }
    const next = nextRequest(current, outcome, leadsTo)
    const follows = rule === 'any' || (next.keepsMethod && isWithinOrigin(url, leadsTo))
    if (!follows || followed === MAX_REDIRECTS) return { url, outcome, leadsTo }
    current = next
  }
}

function targetOf(outcome: Outcome, url: URL): URL | undefined {
  if (outcome.kind !== 'answer' || !REDIRECTS.has(outcome.status)) return undefined
  const location = outcome.headers.get('location')
  return location !== null && URL.canParse(location, url.href) ? new URL(location, url) : undefined
}

function nextRequest(
  request: VisitRequest,
  outcome: Outcome,
  url: URL,
): VisitRequest & { readonly keepsMethod: boolean } {
  const status = outcome.kind === 'answer' ? outcome.status : 0
  const keepsMethod = request.method === 'GET' || status === 307 || status === 308
  return keepsMethod
    ? { ...request, url, keepsMethod }
    : { method: 'GET', url, headers: request.headers, keepsMethod }
}

function isWithinOrigin(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true
  return (
    from.hostname === to.hostname &&
    from.protocol === 'http:' &&
    to.protocol === 'https:' &&
    from.port === '' &&
    to.port === ''
  )
}
