import { problem, type Problem } from '../problem.js'
import { ACCEPT_FORMS, initializeRequest, type AcceptForm } from '../walk/requests.js'
import type { Walk } from './course.js'

const OTHER_FORMS: readonly AcceptForm[] = ['json', 'event_stream', 'any']

/**
 * Which forms of Accept the endpoint refuses, though it takes the usual one. Clients that are not among the profiles send them: Gemini CLI,
 * the Java SDK, httpx, curl.
 */
export async function acceptNotes({ visitor, endpoint }: Walk): Promise<readonly Problem[]> {
  const usual = await visitor.visit(initializeRequest(endpoint, { accept: 'both' }))
  if (usual.kind !== 'answer' || usual.status === 406) return []
  const refused: string[] = []
  for (const accept of OTHER_FORMS) {
    const outcome = await visitor.visit(initializeRequest(endpoint, { accept }))
    if (outcome.kind === 'answer' && outcome.status === 406) refused.push(ACCEPT_FORMS[accept])
  }
  if (refused.length === 0) return []
  const message = `${endpoint.href} answers 406 to Accept: ${refused.join(', and to ')}.`
  return [problem('endpoint.not_acceptable', message)]
}
