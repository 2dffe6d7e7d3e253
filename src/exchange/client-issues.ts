import type { Issue } from '../options/with-issues.js'
import { clientAuthenticationIssue } from './client-authentication.js'

/**
 * What is wrong with a client among options, which proves itself by a secret, a method or an `authentication`. `ways` names what it may
 * have, for one that has none.
 */
export function clientIssues(
  given: Readonly<Record<string, unknown>>,
  ways = 'a secret, a method or an authentication',
): readonly Issue[] {
  const { secret, method, authentication } = given
  if (authentication !== undefined) return sourceIssues(authentication)
  const needsSecret = method !== 'tls_client_auth' && method !== 'private_key_jwt'
  if (needsSecret && secret === undefined) return [{ path: [], message: `must have ${ways}` }]
  const issue = clientAuthenticationIssue(given)
  return issue === undefined ? [] : [issue]
}

function sourceIssues(source: unknown): readonly Issue[] {
  const given = authenticationNow(source)
  if (given === undefined) {
    const message = 'must have a function current, which gives a secret or a method'
    return [{ path: ['authentication'], message }]
  }
  const issue = clientAuthenticationIssue(given)
  if (issue === undefined) return []
  return [{ path: ['authentication', ...issue.path], message: issue.message }]
}

/** What a `ClientAuthenticationSource` gives; `undefined` where it is none, or throws. */
export function authenticationNow(source: unknown): Readonly<Record<string, unknown>> | undefined {
  const { current } = (source ?? {}) as { readonly current?: unknown }
  if (typeof current !== 'function') return undefined
  try {
    const given: unknown = Reflect.apply(current, source, [])
    return typeof given === 'object' && given !== null ? { ...given } : undefined
  } catch {
    return undefined
  }
}
