import type { Secret } from '../../src/secret.js'
import { pathHint, redirected } from './api-path-hint.js'
import { apiUrl, askApi, type ApiAnswer } from './api-request.js'
import type { CheckedApi, Deployment } from './deployment.js'
import { notCheckable, ok, wrong, type Observation } from './finding.js'

const CHECK = 'api.call'

/** One GET of the API as the signed-in user. */
export async function checkCall(
  deployment: Deployment,
  { api, path }: { readonly api: CheckedApi; readonly path: string },
  token: Secret,
): Promise<Observation> {
  const url = apiUrl(api.baseUrl, path)
  const answer = await askApi(deployment, url, token)
  if (answer.kind === 'silent') {
    const { message, hint, cause } = answer.fault
    return { ...wrong(CHECK, `The API does not answer: ${message}.`, hint), networkCause: cause }
  }
  return judge(answer, url.href, { api, deployment })
}

/** A call that was not asked for. */
export function uncalled(): Observation {
  return notCheckable(
    CHECK,
    'The API was not called with the exchanged token: whether it accepts it, and whether its path is right, shows by a call.',
    'Give --call-api: it sends one GET to --api-path as the user.',
  )
}

function judge(
  answer: ApiAnswer & { readonly kind: 'answered' },
  url: string,
  { api, deployment: { config } }: { readonly api: CheckedApi; readonly deployment: Deployment },
): Observation {
  const { status } = answer
  if (status >= 200 && status < 300) return ok(CHECK, `The API answers the user with ${status}.`)
  if (status === 401) {
    return wrong(
      CHECK,
      'The API does not accept the exchanged token (401).',
      `Have the API expect the audience ${api.audience} and the issuer ${config.issuer.primary}, byte for byte.`,
    )
  }
  if (status === 403) {
    return wrong(
      CHECK,
      'The API knows the user and does not let them (403).',
      'Check which scope or permission the API wants there, and what the exchanged token has (above).',
    )
  }
  if (status === 404 || status === 410 || (status >= 300 && status < 400)) {
    const message = `The API answers the user with ${status} at ${url}${redirected(answer)}.`
    return wrong(CHECK, message, pathHint(answer))
  }
  if (status >= 500 && status !== 503) {
    const message = `The API answers the user with ${status}.`
    return {
      ...wrong(CHECK, message, "Look into the API's log at this time."),
      explainedBy: ['api.without_token', 'api.foreign_token', 'issuer.metadata', 'issuer.keys'],
    }
  }
  return notCheckable(
    CHECK,
    `The API answers the user with ${status}.`,
    status === 429 || status === 503
      ? 'Try again later.'
      : 'Name a path that answers GET without parameters by --api-path.',
  )
}
