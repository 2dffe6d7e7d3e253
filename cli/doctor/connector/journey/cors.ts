import { preflightRequest } from '../walk/requests.js'
import type { Answer } from '../walk/visit.js'
import type { Visitor } from '../walk/visitor.js'

/** Whether a browser lets a page of `origin` see an answer. */
export function isVisible({ headers }: Pick<Answer, 'headers'>, origin: string): boolean {
  const allowed = headers.get('access-control-allow-origin')
  return allowed === '*' || allowed === origin
}

/** Whether a page of `origin` may send a POST with these headers. */
export async function mayPost(
  visitor: Visitor,
  url: URL,
  { origin, headers }: { readonly origin: string; readonly headers: readonly string[] },
): Promise<boolean> {
  const outcome = await visitor.visit(preflightRequest(url, origin, headers.join(',')))
  if (outcome.kind !== 'answer' || outcome.status < 200 || outcome.status >= 300) return false
  if (!isVisible(outcome, origin)) return false
  const allowed = listIn(outcome, 'access-control-allow-headers')
  return headers.every(
    (name) => allowed.includes(name) || (allowed.includes('*') && name !== 'authorization'),
  )
}

/** Whether a page may read this header of an answer. */
export function isExposed(answer: Pick<Answer, 'headers'>, name: string): boolean {
  const exposed = listIn(answer, 'access-control-expose-headers')
  return exposed.includes(name) || exposed.includes('*')
}

function listIn({ headers }: Pick<Answer, 'headers'>, name: string): readonly string[] {
  return (headers.get(name) ?? '').split(',').map((entry) => entry.trim().toLowerCase())
}
