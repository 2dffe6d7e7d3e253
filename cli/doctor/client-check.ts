import { randomUUID } from 'node:crypto'
import { hintFor } from '../../src/exchange/exchange-failure.js'
import { ACCESS_TOKEN_TYPE } from '../../src/exchange/token-exchanger.js'
import type { IssuerMetadata } from '../../src/identity/issuer-metadata.js'
import type { Deployment } from './deployment.js'
import type { Diagnosis } from './diagnosis.js'
import { notCheckable, ok, wrong, type CheckName, type Observation } from './finding.js'
import type { NetworkFault } from './network-fault.js'
import { TOKEN_EXCHANGE_GRANT } from './token-endpoint-check.js'
import { probeTokenEndpoint, type ProbeAnswer } from './token-probe.js'

const CREDENTIALS = 'client.credentials'
const EXCHANGE = 'client.exchange'

/**
 * Whether our client is accepted, and whether it may exchange tokens.
 *
 * By two requests that cannot succeed. The first redeems an authorization code that never existed: 401 speaks of the
 * client (RFC 6749 §5.2), any other refusal comes after it has been accepted. The second exchanges a text that
 * is no token: a client that may not exchange is refused before anybody looks at it. For Custom Token Exchange it
 * names a profile that does not exist, because an Action would count it as an attack.
 */
export async function checkClient(
  metadata: IssuerMetadata,
  deployment: Deployment,
  diagnosis: Diagnosis,
): Promise<void> {
  const { issuer } = metadata
  if (!diagnosis.canMake(CREDENTIALS, issuer)) return
  const credentials = judgeCredentials(await probeCredentials(metadata, deployment))
  diagnosis.tell({
    ...credentials,
    issuer,
    explainedBy: ['token_endpoint.client_authentication', 'tenant.client'],
  })
  if (!diagnosis.canMake(EXCHANGE, issuer)) return
  const accepted = credentials.verdict === 'ok'
  const exchange = judgeExchange(await probeExchange(metadata, deployment), accepted)
  diagnosis.tell({
    ...exchange,
    issuer,
    explainedBy: ['token_endpoint.grant', 'tenant.client', 'tenant.server_api'],
  })
}

function probeCredentials(metadata: IssuerMetadata, deployment: Deployment): Promise<ProbeAnswer> {
  const parameters = {
    code: `doctor-${randomUUID()}`,
    redirect_uri: 'http://127.0.0.1/doctor',
    code_verifier: `${randomUUID()}${randomUUID()}`,
  }
  return probeTokenEndpoint({ metadata, grantType: 'authorization_code', parameters }, deployment)
}

function probeExchange(metadata: IssuerMetadata, deployment: Deployment): Promise<ProbeAnswer> {
  const { exchange, apis } = deployment.config
  const parameters = {
    subject_token: 'doctor-this-is-no-token',
    subject_token_type:
      exchange.subjectTokenType === undefined
        ? ACCESS_TOKEN_TYPE
        : `urn:mcp-on-behalf-of:doctor:${randomUUID()}`,
    requested_token_type: ACCESS_TOKEN_TYPE,
    // Any of them: the subject token is refused before the audience matters.
    audience: Object.values(apis)[0]?.audience ?? '',
  }
  return probeTokenEndpoint({ metadata, grantType: TOKEN_EXCHANGE_GRANT, parameters }, deployment)
}

/** A refusal, as a probe expects one: what it says, and how the finding shows it. */
interface Refusal extends Extract<ProbeAnswer, { kind: 'refused' }> {
  readonly shown: string
}

/** The finding of an answer that refuses nothing; else the refusal. `granted` says what is wrong with a server that grants. */
function refusalIn(
  check: CheckName,
  answer: ProbeAnswer,
  granted: readonly [says: string, cure: string],
): { readonly refusal: Refusal } | { readonly finding: Observation } {
  if (answer.kind === 'unreachable') return { finding: unreachable(check, answer.fault) }
  if (answer.kind === 'granted') return { finding: wrong(check, ...granted) }
  const shown = `${answer.status} ${answer.error ?? ''}`.trim()
  const passes = answer.status === 429 || answer.status >= 500
  return passes ? { finding: passing(check, shown) } : { refusal: { ...answer, shown } }
}

function judgeCredentials(answer: ProbeAnswer): Observation {
  const seen = refusalIn(CREDENTIALS, answer, [
    'The authorization server issued a token for an authorization code that it never issued.',
    'Do not use this authorization server.',
  ])
  if ('finding' in seen) return seen.finding
  const { status, error, shown } = seen.refusal
  // Said before anybody has looked at the client.
  if (error === 'unsupported_grant_type') {
    return notCheckable(CREDENTIALS, `The server has no authorization codes to try (${shown}).`)
  }
  return status === 401 || error === 'invalid_client'
    ? wrong(
        CREDENTIALS,
        `The authorization server does not accept the client (${shown}).`,
        'Check MCP_AUTH0_CLIENT_ID and MCP_AUTH0_CLIENT_SECRET (or the key): Auth0 shows both under Dashboard, Applications, that client, Settings. Check that MCP_AUTH0_CLIENT_AUTHENTICATION is the method that the client is registered with.',
      )
    : ok(
        CREDENTIALS,
        `The client is accepted (and the code that does not exist refused: ${shown}).`,
      )
}

/** Refusals that are made only after the client has been let through. */
const OF_THE_SUBJECT = new Set(['invalid_grant', 'invalid_token', 'invalid_request'])

function judgeExchange(answer: ProbeAnswer, accepted: boolean): Observation {
  const seen = refusalIn(EXCHANGE, answer, [
    'The authorization server exchanged a text that is no token.',
    'Do not use this authorization server: it does not look at subject tokens.',
  ])
  if ('finding' in seen) return seen.finding
  const { status, error, shown } = seen.refusal
  if (status === 401 && !accepted) {
    return notCheckable(
      EXCHANGE,
      `The token endpoint refuses what is no token (${shown}), and does not say whether for the token or the client.`,
      'Give an access token of a user by --token-stdin: then the exchange itself is tried.',
    )
  }
  // The client has been accepted just now, so a 401 is about the subject token.
  if (status === 401 || (error !== undefined && OF_THE_SUBJECT.has(error))) {
    return ok(EXCHANGE, `The client may exchange (what is no token was refused: ${shown}).`)
  }
  return wrong(
    EXCHANGE,
    `The authorization server does not let the client exchange (${shown}).`,
    hintFor('exchange_misconfigured', error) ?? '',
  )
}

function passing(check: CheckName, shown: string): Observation {
  return notCheckable(check, `The token endpoint answers ${shown} just now.`, 'Try again later.')
}

function unreachable(check: CheckName, { message, hint, cause }: NetworkFault): Observation {
  return {
    ...wrong(
      check,
      `The token endpoint does not answer: ${message}.`,
      `Check the token_endpoint of the metadata, and this machine's way there. ${hint}`,
    ),
    networkCause: cause,
  }
}
