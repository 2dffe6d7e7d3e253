import { LRUCache } from 'lru-cache'
import { OnBehalfOfError } from '../failures/errors.js'
import { scrub } from '../logging/scrub.js'
import type { AnyPath, QueryValues } from './downstream-request.js'
import { assertPlainPath, parseTemplate, PathTemplate, type PathValues } from './path-template.js'

/** Where a call goes: a path, the values for its names, a query. */
export interface ApiTarget {
  readonly path: AnyPath
  readonly params?: PathValues | undefined
  readonly query?: QueryValues | string | undefined
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
 * `misconfigured` where the address would be any other than that, or a value of the query is no text.
 */
export function resolveApiPath(baseUrl: URL, { path, params, query = {} }: ApiTarget): ApiAddress {
  const template = path instanceof PathTemplate ? path : parsedPath(path, params)
  const href = `${baseUrl.href.replace(/\/+$/, '')}/${template.fill(params)}`
  const url = new URL(href)
  // The URL parser has nothing left to resolve, to encode or to take for a query: else this is not the address that was meant.
  if (`${url.origin}${url.pathname}` !== href) {
    const log = { problem: 'the path changes when it is made into a URL' }
    throw new OnBehalfOfError('misconfigured', { reason: 'path_outside_api', log })
  }
  if (typeof query === 'string') setEncodedQuery(url, query)
  else {
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, queryText(name, value))
    }
  }
  return { url, template: template.text }
}

/** RFC 3986 §3.4 `query`, and what the URL parser leaves as it is. */
const ENCODED_QUERY = /^(?:[\w\-.~!$&'()*+,;=:@/?[\]|^`{}\\]|%[\da-f]{2})*$/i

function setEncodedQuery(url: URL, query: string): void {
  url.search = query
  if (ENCODED_QUERY.test(query) && url.search === (query === '' ? '' : `?${query}`)) return
  const problem = 'query is a text and has a character that is not encoded'
  const hint = 'encode each name and value with encodeURIComponent, or give query as an object'
  throw new OnBehalfOfError('misconfigured', { reason: 'query_value', log: { problem, hint } })
}

/** Paths are written out in programs: there are few of them, and each is called often. */
const parsed = new LRUCache<string, PathTemplate>({ max: 500 })

function parsedPath(text: string, params: PathValues | undefined): PathTemplate {
  if (params === undefined) assertPlainPath(text)
  const known = parsed.get(text)
  if (known !== undefined) return known
  const template = parseTemplate(text)
  parsed.set(text, template)
  return template
}

function queryText(name: string, value: unknown): string {
  const isText = typeof value === 'string' || typeof value === 'boolean'
  if (isText || (typeof value === 'number' && Number.isFinite(value))) return String(value)
  const problem = `query.${scrub(name, 100) ?? ''} is neither a string, a finite number nor a boolean`
  const hint = 'write other values as a string; leave out, or give undefined for, what is not there'
  throw new OnBehalfOfError('misconfigured', { reason: 'query_value', log: { problem, hint } })
}
