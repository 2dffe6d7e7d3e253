import { tokenExpectations } from '../../src/config/token-expectations.js'
import { OnBehalfOfError } from '../../src/errors.js'
import { assertAudience } from '../../src/identity/audience.js'
import { callerFromClaims, type Caller, type Claims } from '../../src/identity/caller.js'
import { parseCredentials } from '../../src/identity/credentials.js'
import { assertAccessTokenType, assertProofOfBinding } from '../../src/identity/token-shape.js'
import { readUnverified, type UnverifiedToken } from '../../src/identity/unverified-token.js'
import { createJwtBearerVerifier } from '../../src/index.js'
import type { Secret } from '../../src/secret.js'
import { printable } from '../printable.js'
import { issuerSetting, type Deployment } from './deployment.js'
import { ok, wrong, type Finding } from './finding.js'

export interface CheckedInbound {
  readonly findings: readonly Finding[]
  /** What the token says, verified or not; absent where it cannot be read. */
  readonly claims?: Claims
  /** Only where the door lets the token in. */
  readonly caller?: Caller
}

const CHECK = 'token.door'
const TOLERANCE_SECONDS = 5

/** The user's token at the server's own door: every check that it would fail, and why. */
export async function checkInbound(token: Secret, deployment: Deployment): Promise<CheckedInbound> {
  let unverified: UnverifiedToken
  try {
    parseCredentials({ rawHeaders: ['authorization', `Bearer ${token.reveal()}`], url: '/mcp' })
    unverified = readUnverified(token)
  } catch (error) {
    return { findings: [refusal(error)] }
  }
  const { claims } = unverified
  const faults = outspokenFaults(unverified, deployment)
  if (faults.length > 0) return { claims, findings: faults }
  try {
    const verified = await verify(token, deployment)
    const caller = callerFromClaims(verified, deployment.config.callerPolicy)
    const says = `The server lets this token in, as ${printable(caller.subject)} by ${printable(caller.clientId)}.`
    return { claims: verified, caller, findings: [ok(CHECK, says)] }
  } catch (error) {
    return { claims, findings: [refusal(error)] }
  }
}

/** What is wrong by the token's own words; the signature is a matter of its own. */
function outspokenFaults(token: UnverifiedToken, deployment: Deployment): readonly Finding[] {
  const { config } = deployment
  const checks: readonly (() => void)[] = [
    () => {
      assertAccessTokenType(token)
    },
    () => {
      assertAudience(token.claims, tokenExpectations(config))
    },
    () => {
      assertProofOfBinding(token.claims, 'bearer')
    },
    () => {
      callerFromClaims(token.claims, config.callerPolicy)
    },
  ]
  const refused = checks.flatMap((check) => {
    try {
      check()
      return []
    } catch (error) {
      return [refusal(error)]
    }
  })
  return [...refused, ...issuerFault(token, deployment), ...timeFaults(token, deployment)]
}

function verify(token: Secret, { config, issuers, clock }: Deployment): Promise<Claims> {
  const verifier = createJwtBearerVerifier({
    ...tokenExpectations(config),
    ...{ issuers, clock },
  })
  return verifier.verify({
    credentials: { scheme: 'bearer', token },
    method: 'POST',
    url: config.endpoint,
  })
}

function issuerFault({ issuer }: UnverifiedToken, { config, issuers }: Deployment): Finding[] {
  if (issuers.some((known) => known.issuer === issuer)) return []
  const accepted = issuers.map((known) => known.issuer).join(' ')
  return [
    wrong(
      CHECK,
      `issuer: the token is of ${printable(issuer)}; accepted is ${accepted}.`,
      `Correct ${issuerSetting(config, config.issuer.primary)}, a trailing slash included, or add the tenant's other domain to ADDITIONAL_ISSUERS.`,
    ),
  ]
}

function timeFaults({ claims }: UnverifiedToken, { clock }: Deployment): Finding[] {
  const nowSeconds = Math.floor(clock() / 1_000)
  const { exp, nbf } = claims
  const faults: Finding[] = []
  if (typeof exp === 'number' && exp < nowSeconds - TOLERANCE_SECONDS) {
    faults.push(
      wrong(CHECK, `expired: ${nowSeconds - exp} s ago.`, 'Sign in again for a fresh token.'),
    )
  }
  if (typeof nbf === 'number' && nbf > nowSeconds + TOLERANCE_SECONDS) {
    faults.push(
      wrong(
        CHECK,
        `not yet valid: for another ${nbf - nowSeconds} s.`,
        "Synchronise this machine's clock (NTP).",
      ),
    )
  }
  return faults
}

const CURES: Readonly<Record<string, string>> = {
  opaque_token: opaqueCure('opaque'),
  encrypted_token: opaqueCure('encrypted'),
  audience_mismatch:
    'Make AUTH0_AUDIENCE and the identifier of the API at the authorization server the same, byte for byte, a trailing slash included; and have the client ask for it by resource or audience.',
  several_audiences: 'Have the client ask for a token for this server alone.',
  machine_token: 'Sign in as a user; a client-credentials token cannot be exchanged.',
  wrong_type: 'Give the access token, not the id token.',
  bound_token_as_bearer:
    'The token is bound to its sender: this command cannot prove the possession of that key. Get a plain bearer token for the check.',
  not_verified:
    'The signature does not fit the keys of the issuer. Auth0: set Signing Algorithm of the API to RS256.',
}

function opaqueCure(kind: string): string {
  return `The token is ${kind}: the client did not say which API it is for. Auth0: set resource_parameter_profile of the tenant to "compatibility" (setup does), or have the client send audience.`
}

function refusal(error: unknown): Finding {
  if (!(error instanceof OnBehalfOfError)) throw error
  const { reason = error.code } = error.details
  return wrong(
    CHECK,
    `${reason}: ${error.message}`,
    CURES[reason] ?? 'Give the access token that an MCP client sends to this server.',
  )
}
