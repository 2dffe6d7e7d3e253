import { printable } from '../../../printable.js'
import { problem } from '../problem.js'
import { REDIRECT_URI } from '../walk/registrar.js'
import { isVisible } from './cors.js'
import { UNKNOWN_CLIENT } from './authorization-step.js'
import { originOf, type Course } from './course.js'
import { networkProblem } from './network-problem.js'
import type { ServerMetadata } from './server-metadata-step.js'

/** Sends a code that never existed to the token endpoint: a refusal shows that it is there. */
export async function probeTokenEndpoint(metadata: ServerMetadata, course: Course): Promise<void> {
  const url = new URL(metadata.token_endpoint)
  const origin = originOf(course)
  const outcome = await course.walk.visitor.visit({
    method: 'POST',
    url,
    headers: {
      ...{ accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      ...(origin === undefined ? {} : { origin }),
    },
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', code: UNKNOWN_CLIENT, client_id: UNKNOWN_CLIENT },
      ...{ redirect_uri: REDIRECT_URI, code_verifier: UNKNOWN_CLIENT },
    }).toString(),
  })
  if (outcome.kind === 'refused' && outcome.reason === 'not_https') {
    const message = `The metadata names the token_endpoint ${printable(url.href)}, which is not https.`
    const plain = problem('server.endpoint_not_https', message, 'token')
    if (course.profile.needsHttps === 'token') course.stop(plain)
    return
  }
  if (outcome.kind !== 'answer') {
    const unreachable = { step: 'token', otherwise: 'token.unreachable' } as const
    return course.stop(networkProblem(outcome, url, unreachable))
  }
  const { status } = outcome
  const at = `${url.origin}${url.pathname}`
  if (status >= 500) course.stop(problem('token.server_error', `${at} answers ${status}.`))
  if (status < 400 || status === 404 || status === 405) {
    const message = `${at} answers a token request with ${status}, where a refusal is due (RFC 6749 §5.2).`
    course.stop(problem('token.not_found', message))
  }
  if (origin !== undefined && !isVisible(outcome, origin)) {
    course.stop(
      problem('cors.token', `${at} does not allow pages of ${origin} to read its answers.`),
    )
  }
}
