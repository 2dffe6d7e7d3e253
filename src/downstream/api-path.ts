import { OnBehalfOfError } from '../errors.js'

// No scheme, no authority, no backslash, no fragment, no control character: a path and perhaps a query.
const PATH = /^(?!\/\/)(?![a-z][a-z0-9+.-]*:)[^\\\s#\p{Cc}]*$/iu

/**
 * Joins a path to an API's base; throws `misconfigured` when the result would lie outside of it.
 *
 * One leading slash is meaningless: every path is below the base. `..` may not lead out of it.
 */
export function resolveApiPath(
  baseUrl: URL,
  path: string,
  query: Readonly<Record<string, string>> = {},
): URL {
  const base = baseUrl.href.replace(/\/+$/, '')
  const href = `${base}/${path.replace(/^\//, '')}`
  const url = PATH.test(path) && URL.canParse(href) ? new URL(href) : undefined
  if (url?.origin !== baseUrl.origin || !url.href.startsWith(`${base}/`) || climbs(url)) {
    throw new OnBehalfOfError('misconfigured', { reason: 'path_outside_api' })
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url
}

/** Many servers decode a path before they look for `..`: an encoded separator must not hide one. */
function climbs({ pathname }: URL): boolean {
  const decoded = pathname
    .replaceAll(/%2e/gi, '.')
    .replaceAll(/%2f/gi, '/')
    .replaceAll(/%5c/gi, '\\')
  return decoded.split(/[\\/]/).includes('..')
}
