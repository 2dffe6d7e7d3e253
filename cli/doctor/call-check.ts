import type { Secret } from '../../src/secret.js'
import { statusOfApi } from './api-request.js'
import type { Deployment } from './deployment.js'
import { notCheckable, ok, wrong, type Finding } from './finding.js'

const CHECK = 'api.call'

/** One GET of the API as the signed-in user. */
export async function checkCall(
  deployment: Deployment,
  path: string,
  token: Secret,
): Promise<Finding> {
  const status = await statusOfApi(deployment, path, token)
  if (status === undefined) {
    return wrong(CHECK, 'The API does not answer.', 'Start the API, or correct API_BASE_URL.')
  }
  if (status >= 200 && status < 300) {
    return ok(CHECK, `The API answers the user with ${status}.`)
  }
  if (status === 401) {
    return wrong(
      CHECK,
      'The API does not accept the exchanged token (401).',
      `Have the API expect the audience ${deployment.config.api.audience} and the issuer ${deployment.config.issuer.primary}, byte for byte.`,
    )
  }
  if (status === 403) {
    return wrong(
      CHECK,
      'The API knows the user and does not let them (403).',
      'Check which scope or permission the API wants there, and what the exchanged token has (above).',
    )
  }
  return notCheckable(CHECK, `The API answers ${status}.`, 'Name another path by --api-path.')
}
