import type { JWTPayload } from 'jose'
import type { TokenAnswer, TokenRequest } from '../shared/authorization-server.js'
import { isPublicClient } from '../shared/registered-client.js'
import type { EntraApp, EntraUser } from './directory.js'
import { EntraRefusal } from './entra-refusal.js'
import { ENDED_BY_CLAIMS, ENTRA_FAULTS, type EntraFault } from './faults.js'
import { issueUserToken } from './issue-token.js'
import { parseRequestedClaims } from './requested-claims.js'
import { parseRequestedResource, type RequestedResource } from './requested-resource.js'
import { registrationOf, type EntraTenant } from './tenant.js'

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** Creates the grant of the on-behalf-of flow (RFC 7523 with `requested_token_use`). */
export function createOnBehalfOf(tenant: EntraTenant) {
  const counts = new Map<string, number>()
  return async function exchangeOnBehalfOf(request: TokenRequest): Promise<TokenAnswer> {
    const { parameters, client } = request
    if (isPublicClient(client)) {
      throw refused(
        7000218,
        'invalid_client',
        'The request body must contain a client credential.',
        401,
      )
    }
    if (parameters.required('requested_token_use') !== 'on_behalf_of') {
      throw refused(90013, 'invalid_request', 'requested_token_use must be on_behalf_of.')
    }
    const app = registrationOf(tenant, client)
    const assertion = parameters.required('assertion')
    parameters.required('scope')
    const subject = await verifyAssertion(tenant, app, assertion)
    const requested = resourceOf(tenant, app, parameters.scopes)
    const key = `${client.clientId} ${subject.user.id}`
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    assertAllowed(tenant, subject, { clientId: client.clientId, count, requested })
    const claims = parseRequestedClaims(parameters.optional('claims'))
    const { user } = subject
    const byCertificate = parameters.optional('client_assertion') !== undefined
    const parts = { user, client, requested, claims, byCertificate }
    const answer = await issueUserToken(tenant, parts)
    if (!parameters.scopes.includes('offline_access')) return answer
    const { scopes } = parameters
    const granted = {
      user,
      client,
      scopes,
      resource: undefined,
      nonce: undefined,
      claims: undefined,
    }
    return { ...answer, refresh_token: request.refreshTokenFor(granted) }
  }
}

interface Subject {
  readonly user: EntraUser
  /** The user signed in again with the claims of a challenge. */
  readonly answeredChallenge: boolean
}

async function verifyAssertion(
  tenant: EntraTenant,
  app: EntraApp,
  assertion: string,
): Promise<Subject> {
  const claims = await tenant.key.verify(assertion)
  const { v1, v2 } = tenant.issuers
  if (claims === undefined || (claims.iss !== v1 && claims.iss !== v2)) {
    throw refused(
      50013,
      'invalid_grant',
      'Assertion failed signature validation. [Reason - The key was not found.]',
    )
  }
  assertValidNow(tenant, claims)
  if (claims.aud !== app.clientId && claims.aud !== app.appIdUri) {
    throw refused(
      50013,
      'invalid_grant',
      'Assertion audience claim does not match the Client app accessing this API.',
    )
  }
  if (claims['azp'] === undefined && claims['appid'] === undefined) {
    throw refused(
      240002,
      'invalid_grant',
      `Input id_token cannot be used as '${JWT_BEARER}' grant.`,
    )
  }
  const user = tenant.users.find(({ id }) => id === claims['oid'])
  if (user === undefined || typeof claims['scp'] !== 'string' || claims['idtyp'] === 'app') {
    throw refused(
      7000114,
      'invalid_grant',
      `Application '${app.clientId}' is not allowed to make application on-behalf-of calls.`,
    )
  }
  return { user, answeredChallenge: Array.isArray(claims['acrs']) }
}

function assertValidNow({ now }: EntraTenant, { nbf = 0, exp = 0 }: JWTPayload): void {
  const seconds = now() / 1_000
  if (nbf - CLOCK_SKEW_SECONDS <= seconds && seconds < exp + CLOCK_SKEW_SECONDS) return
  throw refused(500133, 'invalid_grant', 'Assertion is not within its valid time range.')
}

const CLOCK_SKEW_SECONDS = 300

function resourceOf(
  tenant: EntraTenant,
  app: EntraApp,
  scopes: readonly string[],
): RequestedResource {
  const requested = parseRequestedResource(tenant.directory, app, scopes)
  if (requested !== undefined) return requested
  throw refused(
    70011,
    'invalid_scope',
    'The provided value for the input parameter scope is not valid.',
  )
}

function assertAllowed(
  { faultFor }: EntraTenant,
  { user, answeredChallenge }: Subject,
  exchange: {
    readonly clientId: string
    readonly count: number
    readonly requested: RequestedResource
  },
): void {
  const { clientId, count, requested } = exchange
  const chosen = faultFor({ clientId, count, username: user.username, scopes: requested.names })
  const fault: EntraFault | undefined = chosen ?? user.fault
  if (fault === undefined || (answeredChallenge && ENDED_BY_CLAIMS.has(fault))) return
  throw new EntraRefusal(ENTRA_FAULTS[fault])
}

function refused(code: number, error: string, description: string, status?: number): EntraRefusal {
  return new EntraRefusal({ code, error, description, status })
}
