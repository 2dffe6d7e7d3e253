/**
 * Returns parameters in which Auth0's `audience` has become the `resource` of RFC 8707.
 *
 * `audience` wins when both are there. An empty `audience` counts as absent.
 */
export function audienceAsResource(params: URLSearchParams): URLSearchParams {
  const audiences = params.getAll('audience').filter((audience) => audience !== '')
  if (audiences.length === 0) return params
  const result = new URLSearchParams(params)
  result.delete('audience')
  result.delete('resource')
  for (const audience of audiences) result.append('resource', audience)
  return result
}

/** Returns the path and query of an authorization request, its `audience` turned into `resource`. */
export function withResource(pathAndQuery: string): string {
  const { pathname, searchParams } = new URL(pathAndQuery, 'http://localhost')
  if (!searchParams.has('audience')) return pathAndQuery
  return `${pathname}?${audienceAsResource(searchParams).toString()}`
}
