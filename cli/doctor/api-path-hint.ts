import { printable } from '../printable.js'
import type { ApiAnswer } from './api-request.js'

/** Both places where a path of the API can be wrong. */
export function pathHint(answer: ApiAnswer): string {
  const target = locationOf(answer)
  const base =
    target === undefined
      ? 'Check the path in API_BASE_URL: the paths that tools call are added to it'
      : `Set API_BASE_URL so that no redirect is needed (it leads to ${target}): redirects are not followed`
  return `${base}. If it is right, name a path that is protected and answers GET by --api-path.`
}

/** For a text: where a redirect leads to, or nothing. */
export function redirected(answer: ApiAnswer): string {
  const target = locationOf(answer)
  return target === undefined ? '' : `, a redirect to ${target}`
}

function locationOf(answer: ApiAnswer): string | undefined {
  return answer.kind === 'answered' && answer.location !== undefined
    ? printable(answer.location)
    : undefined
}
