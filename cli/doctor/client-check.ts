import type { IssuerMetadata } from '../../src/identity/issuer-metadata.js'
import { credentialsProbe, exchangeProbe } from './client-probes.js'
import type { Deployment } from './deployment.js'
import type { Diagnosis } from './diagnosis.js'
import { notCheckable, ok, wrong, type CheckName, type Observation } from './finding.js'
import type { NetworkFault } from './network-fault.js'
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
  const credentials = judgeCredentials(
    await probeTokenEndpoint(metadata, credentialsProbe(deployment), deployment),
    deployment,
  )
  diagnosis.tell({
    ...credentials,
    issuer,
    explainedBy: ['token_endpoint.client_authentication', 'tenant.client'],
  })
  if (!diagnosis.canMake(EXCHANGE, issuer)) return
  const accepted = credentials.verdict === 'ok'
  const answer = await probeTokenEndpoint(metadata, exchangeProbe(deployment), deployment)
  const exchange = judgeExchange(answer, { accepted, deployment })
  diagnosis.tell({
    ...exchange,
    issuer,
    explainedBy: ['token_endpoint.grant', 'tenant.client', 'tenant.server_api'],
  })
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

function judgeCredentials(
  answer: ProbeAnswer,
  { provider: { credentialsProbe: probe, clientErrors, words } }: Deployment,
): Observation {
  if (probe === 'own_token' && answer.kind === 'granted') {
    return ok(CREDENTIALS, 'The client is accepted.')
  }
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
  return status === 401 || (error !== undefined && clientErrors.includes(error))
    ? wrong(
        CREDENTIALS,
        `The authorization server does not accept the client (${shown}).`,
        `Check MCP_AUTH0_CLIENT_ID and MCP_AUTH0_CLIENT_SECRET (or the key), and that MCP_AUTH0_CLIENT_AUTHENTICATION is the method that the client is registered with. ${words.client}`,
      )
    : ok(
        CREDENTIALS,
        probe === 'own_token'
          ? `The client is accepted (and refused a token of its own: ${shown}).`
          : `The client is accepted (and the code that does not exist refused: ${shown}).`,
      )
}

interface Judged {
  /** Whether the client has been accepted just now. */
  readonly accepted: boolean
  readonly deployment: Deployment
}

function judgeExchange(answer: ProbeAnswer, { accepted, deployment }: Judged): Observation {
  const seen = refusalIn(EXCHANGE, answer, [
    'The authorization server exchanged a text that is no token.',
    'Do not use this authorization server: it does not look at subject tokens.',
  ])
  if ('finding' in seen) return seen.finding
  const { refusal, status, error, shown } = seen.refusal
  if (status === 401 && !accepted) {
    return notCheckable(
      EXCHANGE,
      `The token endpoint refuses what is no token (${shown}), and does not say whether for the token or the client.`,
      'Give an access token of a user by --token-stdin: then the exchange itself is tried.',
    )
  }
  const { noToken, refusedExchange, words } = deployment.provider
  const verdict = deployment.readRefusal?.(refusal)
  const ofTheToken =
    verdict?.code === 'reauthentication_required' ||
    (status === 401 && noToken.unauthorized) ||
    (error !== undefined && noToken.errors.includes(error))
  return ofTheToken
    ? ok(EXCHANGE, `The client may exchange (what is no token was refused: ${shown}).`)
    : wrong(
        EXCHANGE,
        `The authorization server does not let the client exchange (${shown}).`,
        verdict?.hint ?? refusedExchange(error) ?? words.exchange,
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
