/** What the first line of a request asks for (RFC 9112 §3.2). */
export interface RequestTarget {
  /** Path and query, beginning with `/`; `*` for the whole server. */
  readonly path: string
  /** The host in an absolute target, `host` or `host:port`; it counts in place of the Host header (RFC 9112 §3.2.2). */
  readonly authority: string | undefined
}

const ABSOLUTE = /^https?:\/\/([^/?]*)(.*)$/is
const AUTHORITY = /^(?:[a-z0-9_][a-z0-9._-]*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i

/**
 * Reads a request target: a path, or a whole URL as clients of a proxy send it; `undefined` for what is neither.
 *
 * A URL with a user name, without a host, of another scheme than http or with a fragment is neither: no client that
 * means well sends one, and parsers disagree about them.
 */
export function parseRequestTarget(target: string): RequestTarget | undefined {
  if (target.startsWith('/') || target === '*') return { path: target, authority: undefined }
  const [, authority, rest] = ABSOLUTE.exec(target) ?? []
  if (authority === undefined || rest === undefined) return undefined
  if (!AUTHORITY.test(authority) || rest.includes('#')) return undefined
  return { path: rest.startsWith('/') ? rest : `/${rest}`, authority }
}
