import { tokenExpectations } from '../../src/config/token-expectations.js'
import { assertAudience } from '../../src/identity/audience.js'
import { callerFromClaims, type Caller, type Claims } from '../../src/identity/caller.js'
import { parseCredentials } from '../../src/identity/credentials.js'
import { assertAccessTokenType, assertProofOfBinding } from '../../src/identity/token-type.js'
import { readUnverified, type UnverifiedToken } from '../../src/identity/unverified-token.js'
import { createJwtBearerVerifier } from '../../src/index.js'
import type { Secret } from '../../src/secret.js'
import { printable } from '../printable.js'
import type { Deployment } from './deployment.js'
import { issuerSetting } from './issuer-setting.js'
import { serverRefusal } from './server-refusal.js'
import { ok, wrong, type Observation } from './finding.js'

export interface CheckedInbound {
  readonly findings: readonly Observation[]
  /** What the token says, verified or not; absent where it cannot be read. */
  readonly claims?: Claims
  /** Only where the server accepts the token. */
  readonly caller?: Caller
}

const CHECK = 'token.inbound'

/** Checks the user's token as the server does at its endpoint: names every check that it would fail, and why. */
export async function checkInbound(token: Secret, deployment: Deployment): Promise<CheckedInbound> {
  let unverified: UnverifiedToken
  try {
    parseCredentials({ rawHeaders: ['authorization', `Bearer ${token.reveal()}`], url: '/mcp' })
    unverified = readUnverified(token)
  } catch (error) {
    return { findings: [serverRefusal(error, {}, deployment)] }
  }
  const { claims } = unverified
  const faults = outspokenFaults(unverified, deployment)
  if (faults.length > 0) return { claims, findings: faults }
  try {
    const verified = await verify(token, deployment)
    const caller = callerFromClaims(verified, deployment.config.callerPolicy)
    const message = `The server lets this token in, as ${printable(caller.subject)} by ${printable(caller.clientId)}.`
    return { claims: verified, caller, findings: [ok(CHECK, message)] }
  } catch (error) {
    return { claims, findings: [serverRefusal(error, claims, deployment)] }
  }
}

/** What is wrong by the token's own words; the signature is a matter of its own. */
function outspokenFaults(token: UnverifiedToken, deployment: Deployment): readonly Observation[] {
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
      return [serverRefusal(error, token.claims, deployment)]
    }
  })
  return [...refused, ...issuerFault(token, deployment), ...timeFaults(token, deployment)]
}

function verify(token: Secret, { config, issuers, clock }: Deployment): Promise<Claims> {
  const verifier = createJwtBearerVerifier({
    ...tokenExpectations(config),
    issuers,
    clock,
  })
  return verifier.verify({
    credentials: { scheme: 'bearer', token },
    method: 'POST',
    url: config.endpoint,
  })
}

function issuerFault({ issuer }: UnverifiedToken, { config, issuers }: Deployment): Observation[] {
  if (issuers.some((known) => known.issuer === issuer)) return []
  const accepted = issuers.map((known) => known.issuer).join(' ')
  return [
    {
      ...wrong(
        CHECK,
        `issuer: the token is of ${printable(issuer)}; accepted is ${accepted}.`,
        `Correct ${issuerSetting(config, config.issuer.primary)}, a trailing slash included, or add the tenant's other domain to ADDITIONAL_ISSUERS.`,
      ),
      explainedBy: ['issuer.metadata', 'server.metadata'],
    },
  ]
}

function timeFaults({ claims }: UnverifiedToken, { config, clock }: Deployment): Observation[] {
  const { clockToleranceSeconds: tolerance } = config
  const nowSeconds = Math.floor(clock() / 1_000)
  const { exp, nbf } = claims
  const faults: Observation[] = []
  if (typeof exp === 'number' && exp < nowSeconds - tolerance) {
    const message = `expired: ${nowSeconds - exp} s ago.`
    const finding = wrong(CHECK, message, 'Sign in again for a fresh token.')
    faults.push({ ...finding, explainedBy: ['clock'] })
  }
  if (typeof nbf === 'number' && nbf > nowSeconds + tolerance) {
    const message = `not yet valid: for another ${nbf - nowSeconds} s.`
    const finding = wrong(CHECK, message, "Synchronise this machine's clock (NTP).")
    faults.push({ ...finding, explainedBy: ['clock'] })
  }
  return faults
}
