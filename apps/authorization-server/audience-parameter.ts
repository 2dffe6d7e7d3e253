/** A tenant's `resource_parameter_profile`. */
export type ResourceParameterProfile = 'audience' | 'compatibility'

/**
 * Returns parameters in which Auth0's `audience` has become the `resource` of RFC 8707, by which the library selects an API.
 *
 * `audience` wins when both are there. An empty `audience` counts as absent. A `resource` that stands alone selects an API with
 * the profile `compatibility`; with `audience` it means nothing.
 */
export function audienceAsResource(
  params: URLSearchParams,
  profile: ResourceParameterProfile,
): URLSearchParams {
  const audiences = params.getAll('audience').filter((audience) => audience !== '')
  if (audiences.length === 0 && profile === 'compatibility') return params
  const result = new URLSearchParams(params)
  result.delete('audience')
  result.delete('resource')
  for (const audience of audiences) result.append('resource', audience)
  return result
}

/** Returns the path and query of an authorization request, its `audience` turned into `resource`. */
export function withResource(pathAndQuery: string, profile: ResourceParameterProfile): string {
  const { pathname, searchParams } = new URL(pathAndQuery, 'http://localhost')
  if (!searchParams.has('audience') && !searchParams.has('resource')) return pathAndQuery
  return `${pathname}?${audienceAsResource(searchParams, profile).toString()}`
}
