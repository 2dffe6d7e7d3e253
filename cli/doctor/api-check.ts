import { randomBytes } from 'node:crypto'
import { algorithmsOf } from '../../src/identity/signing-algorithms.js'
import { Secret } from '../../src/secret.js'
import { apiUrl, askApi, type ApiAnswer } from './api-request.js'
import { pathHint, redirected } from './api-path-hint.js'
import type { CheckedApi, Deployment } from './deployment.js'
import type { Diagnosis } from './diagnosis.js'
import { notCheckable, ok, wrong, type CheckName, type Observation } from './finding.js'

const REACHABLE = 'api.reachable'

/**
 * Whether something answers where the API should be, and keeps out who has no token and who has made one up.
 *
 * That the path exists does not show here: many APIs answer 401 to every path.
 */
export async function checkApi(
  deployment: Deployment,
  { api, path }: { readonly api: CheckedApi; readonly path: string },
  diagnosis: Diagnosis,
): Promise<void> {
  const address = apiUrl(api.baseUrl, path)
  const url = address.href
  const anonymous = await askApi(deployment, address)
  diagnosis.tell(judgeReach(anonymous, url, api))
  if (diagnosis.canMake('api.without_token')) {
    const sent = 'a request without a token'
    diagnosis.tell(judge('api.without_token', anonymous, { url, sent }))
  }
  if (diagnosis.canMake('api.foreign_token')) {
    const sent = 'a token that somebody made up, for its audience and in the name of its issuer'
    const answer = await askApi(deployment, address, await forge(deployment, api))
    diagnosis.tell(judge('api.foreign_token', answer, { url, sent }))
  }
}

function judgeReach(answer: ApiAnswer, url: string, { names }: CheckedApi): Observation {
  if (answer.kind === 'answered') {
    return ok(REACHABLE, `Something answers at ${url} (${answer.status}).`)
  }
  const { message, hint, cause } = answer.fault
  return {
    ...wrong(
      REACHABLE,
      `The API does not answer at ${url}: ${message}.`,
      `Start the API, or correct ${names.baseUrl}. ${hint}`,
    ),
    networkCause: cause,
  }
}

const REFUSALS = new Set([400, 401, 403])

function judge(
  check: CheckName,
  answer: ApiAnswer,
  { url, sent }: { readonly url: string; readonly sent: string },
): Observation {
  const status = answer.kind === 'answered' ? answer.status : 0
  if (REFUSALS.has(status)) return ok(check, `The API refuses ${sent} (${status}).`)
  if (status >= 200 && status < 300) {
    return wrong(
      check,
      `The API accepts ${sent} (${status}).`,
      `If ${url} is public, name a protected one by --api-path. Else have the API check signature, issuer and audience of every token (express-oauth2-jwt-bearer: auth({ issuerBaseURL, audience })).`,
    )
  }
  if (status >= 500 || status === 0) {
    return {
      ...wrong(
        check,
        `The API answers ${sent} with ${status === 0 ? 'nothing' : status}, where 401 is due.`,
        "Look into the API's log: it fails, or cannot reach its issuer's keys.",
      ),
      explainedBy: ['issuer.metadata', 'issuer.keys'],
    }
  }
  return notCheckable(
    check,
    `The API answers ${sent} with ${status} at ${url}${redirected(answer)}.`,
    pathHint(answer),
  )
}

const FORGED_SECONDS = 300
/** As long as a signature of RS256 with a key of 2048 bits. */
const SIGNATURE_BYTES = 256

/** Everything right but the signature, which is made up. */
async function forge(
  { config, issuers, clock }: Deployment,
  { audience }: CheckedApi,
): Promise<Secret> {
  const keySet = await issuers[0]?.keys(undefined).catch(() => undefined)
  const known = keySet?.keys.find((key) => key.kid !== undefined)
  const nowSeconds = Math.floor(clock() / 1_000)
  const [alg = 'RS256'] = known === undefined ? [] : algorithmsOf(known)
  const header = { alg, typ: 'at+jwt', kid: known?.kid }
  const claims = {
    iss: config.issuer.primary,
    aud: audience,
    sub: 'doctor|nobody',
    client_id: 'doctor',
    azp: 'doctor',
    jti: 'doctor',
    iat: nowSeconds,
    exp: nowSeconds + FORGED_SECONDS,
    scope: (config.exchange.scopeCeiling ?? []).join(' '),
  }
  const parts = [
    ...[header, claims].map((part) => Buffer.from(JSON.stringify(part))),
    randomBytes(SIGNATURE_BYTES),
  ]
  return new Secret(parts.map((part) => part.toString('base64url')).join('.'))
}
