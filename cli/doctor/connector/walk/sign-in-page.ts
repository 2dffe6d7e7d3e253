import type { Outcome } from './visit.js'
import type { Visitor } from './visitor.js'

/** Where an authorization request led. */
export type SignInPage =
  /** A page that a browser would show. */
  | { readonly kind: 'page'; readonly entraCodes: readonly string[] }
  /** The authorization server answered the client at once (RFC 6749 §4.1.2.1). */
  | { readonly kind: 'answered'; readonly error: string }
  | { readonly kind: 'refused'; readonly status: number; readonly entraCodes: readonly string[] }
  | { readonly kind: 'loop' }
  | {
      readonly kind: 'unanswered'
      readonly url: URL
      readonly outcome: Exclude<Outcome, { readonly kind: 'answer' }>
    }

const MAX_HOPS = 10
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * Opens an authorization request as a browser does, with cookies, up to the first page. Submits nothing. Does not call
 * `redirectUri`.
 */
export async function openSignInPage(
  visitor: Visitor,
  request: URL,
  redirectUri: string,
): Promise<SignInPage> {
  const cookies = new Map<string, Map<string, string>>()
  let url = request
  for (let hop = 0; hop < MAX_HOPS; hop += 1) {
    const cookie = cookieHeader(cookies.get(url.host))
    const headers = { accept: 'text/html', ...(cookie === '' ? {} : { cookie }) }
    const outcome = await visitor.visit({ method: 'GET', url, headers })
    if (outcome.kind !== 'answer') return { kind: 'unanswered', url, outcome }
    cookies.set(url.host, keptCookies(cookies.get(url.host), outcome.headers))
    const location = outcome.headers.get('location')
    if (!REDIRECTS.has(outcome.status) || location === null) return pageOf(outcome)
    if (!URL.canParse(location, url.href)) return pageOf(outcome)
    url = new URL(location, url)
    if (url.href.startsWith(redirectUri)) {
      return { kind: 'answered', error: url.searchParams.get('error') ?? '' }
    }
  }
  return { kind: 'loop' }
}

function pageOf({ status, body }: { readonly status: number; readonly body: string }): SignInPage {
  const entraCodes = [...new Set(body.match(/AADSTS\d{4,8}/g) ?? [])]
  return status >= 200 && status < 300
    ? { kind: 'page', entraCodes }
    : { kind: 'refused', status, entraCodes }
}

function keptCookies(
  known: ReadonlyMap<string, string> | undefined,
  headers: Headers,
): Map<string, string> {
  const kept = new Map(known)
  for (const line of headers.getSetCookie()) {
    const [pair = ''] = line.split(';', 1)
    const at = pair.indexOf('=')
    if (at > 0) kept.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim())
  }
  return kept
}

function cookieHeader(cookies: ReadonlyMap<string, string> | undefined): string {
  return [...(cookies ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
}
