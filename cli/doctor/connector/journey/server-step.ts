import { isHttpsOrLoopback } from '../../../../src/http/secure-url.js'
import { printable } from '../../../printable.js'
import { problem } from '../problem.js'
import type { Course } from './course.js'
import type { ServerMetadata } from './server-metadata-step.js'

/** Checks what the authorization server says that it supports, as the client does. */
export function checkServer(metadata: ServerMetadata, course: Course): void {
  const unsafe = (['authorization_endpoint', 'token_endpoint'] as const).find(
    (name) => !isHttpsOrLoopback(new URL(metadata[name])),
  )
  if (unsafe !== undefined) {
    const message = `The metadata names the ${unsafe} ${printable(metadata[unsafe])}, which is not https.`
    const plain = problem('server.endpoint_not_https', message)
    if (course.profile.needsHttps === 'all') course.stop(plain)
    course.note(plain)
  }
  checkMethods(metadata, course)
  const methods = metadata.token_endpoint_auth_methods_supported
  if (methods !== undefined && !methods.includes('none')) {
    const message = `The authorization server takes ${printable(methods.join(', '))} at its token endpoint, and no public clients. Clients that register get a secret there, if at all.`
    course.note(problem('server.no_public_clients', message))
  }
}

function checkMethods(metadata: ServerMetadata, course: Course): void {
  const { response_types_supported: types, grant_types_supported: grants } = metadata
  if (!types.includes('code')) {
    const message = `The metadata lists the response types ${printable(types.join(', '))}, and not code.`
    course.stop(problem('server.no_code', message))
  }
  if (grants !== undefined && !grants.includes('authorization_code')) {
    const message = `The metadata lists the grant types ${printable(grants.join(', '))}, and not authorization_code.`
    course.note(problem('server.no_code', message))
  }
  const pkce = metadata.code_challenge_methods_supported
  if (pkce === undefined) {
    const message =
      'The metadata has no code_challenge_methods_supported, so it does not say whether PKCE works.'
    const unnamed = problem('server.pkce_not_named', message)
    if (course.profile.pkce === 'listed') course.stop(unnamed)
    return
  }
  if (pkce.includes('S256')) return
  const message = `The metadata lists the code challenge methods ${printable(pkce.join(', '))}, and not S256.`
  course.stop(problem('server.no_s256', message))
}

/** Whether the client asks for the scopes that the server needs. */
export function checkScopes(
  needed: readonly string[],
  metadata: ServerMetadata,
  course: Course,
): void {
  const { scopes_supported: listed } = metadata
  if (course.profile.scopes === 'server' || listed === undefined) return
  const missing = needed.filter((scope) => !listed.includes(scope))
  if (missing.length === 0) return
  const message = `The authorization server lists no ${printable(missing.join(', '))} in scopes_supported. Clients that take their scopes from there sign in, and then lack tools.`
  course.note(problem('server.scopes', message))
}
