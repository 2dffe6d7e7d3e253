import { OnBehalfOfError } from '../failures/errors.js'
import type { AnyPath } from './downstream-request.js'
import {
  parsePathTemplate,
  parsePlainPath,
  PathTemplate,
  type PathValues,
} from './path-template.js'

/** Where a call goes: a path, the values for its names, a query. */
export interface ApiTarget {
  readonly path: AnyPath
  readonly params?: PathValues | undefined
  readonly query?: Readonly<Record<string, string>> | undefined
}

/** The address of a call. */
export interface ApiAddress {
  readonly url: URL
  /** The path with its names in place of the values: fit for a log. */
  readonly template: string
}

/**
 * Puts the address of a call together: the API's base, the path with its values, the query.
 *
 * The path has exactly the segments of the template below the base, see `PathTemplate.fill`. Throws as that, and
 * `misconfigured` where the address would be any other than that.
 */
export function resolveApiPath(baseUrl: URL, { path, params, query = {} }: ApiTarget): ApiAddress {
  const template =
    path instanceof PathTemplate
      ? path
      : params === undefined
        ? parsePlainPath(path)
        : parsePathTemplate(path)
  const href = `${baseUrl.href.replace(/\/+$/, '')}/${template.fill(params)}`
  const url = new URL(href)
  // The URL parser has nothing left to resolve, to encode or to take for a query: else this is not the address that was meant.
  if (`${url.origin}${url.pathname}` !== href) {
    const log = { problem: 'the path changes when it is made into a URL' }
    throw new OnBehalfOfError('misconfigured', { reason: 'path_outside_api', log })
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return { url, template: template.text }
}
