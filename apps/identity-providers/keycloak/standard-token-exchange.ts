import { randomUUID } from 'node:crypto'
import type { JWTPayload } from 'jose'
import type { TokenAnswer, TokenRequest } from '../shared/authorization-server.js'
import { OAuthRefusal } from '../shared/oauth-refusal.js'
import type { Parameters } from '../shared/parameters.js'
import { presentClaims } from '../shared/present-claims.js'
import { isPublicClient } from '../shared/registered-client.js'
import { TOKEN_TYPES } from '../shared/token-type-identifiers.js'
import { KEYCLOAK_FAULTS } from './faults.js'
import { assertKnownResource, audiencesOf, grantedScopes } from './granted-scopes.js'
import type { KeycloakClient, KeycloakRealm, KeycloakUser } from './realm.js'
import { audienceClaim, TOKEN_SECONDS, userTokenClaims } from './token-claims.js'

export interface ExchangeParts {
  readonly realm: KeycloakRealm
  readonly client: KeycloakClient
  /** Thumbprint of the key of the request's DPoP proof. */
  readonly jkt: string | undefined
}

/** Answers a standard token exchange (V2): within the realm, of access tokens. There is never an `act`. */
export async function exchangeToken(
  { realm, client, jkt }: ExchangeParts,
  { parameters }: TokenRequest,
): Promise<TokenAnswer> {
  assertSupported(realm, client, parameters)
  const type = requestedType(parameters)
  const subject = await verifySubject(realm, parameters.required('subject_token'))
  assertBinding(subject.claims, client, jkt)
  assertRequester(client, subject.claims)
  const resource = parameters.optional('resource')
  assertKnownResource(realm, resource)
  const scopes = grantedScopes(client, parameters.scopes)
  const available = audiencesOf(realm, scopes, resource)
  const audiences = filtered(realm, available, parameters.all('audience'))
  assertNoFault(realm, client, subject.user)
  const openid = parameters.scopes.includes('openid')
  const { sid } = subject.claims
  const sessionId = typeof sid === 'string' ? sid : randomUUID()
  const parts = { client, scopes, audiences, openid, jkt, sessionId }
  const claims = userTokenClaims(realm, subject.user, parts)
  const isId = type === TOKEN_TYPES.id
  return {
    access_token: await realm.key.sign(isId ? idClaims(claims, client) : claims),
    expires_in: TOKEN_SECONDS,
    refresh_expires_in: 0,
    token_type: isId ? 'N_A' : jkt === undefined ? 'Bearer' : 'DPoP',
    'not-before-policy': 0,
    session_state: sessionId,
    scope: claims['scope'],
    issued_token_type: type,
  }
}

function idClaims(claims: JWTPayload, { clientId }: KeycloakClient): JWTPayload {
  return presentClaims({ ...claims, typ: 'ID', aud: audienceClaim([clientId]), scope: undefined })
}

const OTHER_EXCHANGES = ['requested_subject', 'requested_issuer', 'subject_issuer'] as const

function assertSupported(
  { readsResource }: KeycloakRealm,
  client: KeycloakClient,
  parameters: Parameters,
): void {
  const other = OTHER_EXCHANGES.find((name) => parameters.optional(name) !== undefined)
  const unread =
    readsResource || parameters.optional('resource') === undefined ? undefined : 'resource'
  const name = other ?? unread
  if (name !== undefined) {
    throw invalidRequest(`Parameter '${name}' is not supported for standard token exchange`)
  }
  if (isPublicClient(client)) {
    throw new OAuthRefusal({
      error: 'invalid_client',
      description: 'Public client is not allowed to exchange token',
    })
  }
  if (!client.exchangeEnabled) {
    throw invalidRequest('Standard token exchange is not enabled for the requested client')
  }
  for (const needed of ['subject_token', 'subject_token_type']) {
    if (parameters.optional(needed) === undefined) {
      throw invalidRequest(`Parameter '${needed}' required for standard token exchange`)
    }
  }
  if (parameters.optional('subject_token_type') !== TOKEN_TYPES.access) {
    throw invalidRequest("Parameter 'subject_token' supports access tokens only")
  }
}

function requestedType(parameters: Parameters): string {
  const type = parameters.optional('requested_token_type') ?? TOKEN_TYPES.access
  if (type === TOKEN_TYPES.access || type === TOKEN_TYPES.id) return type
  // A refresh token needs a switch of the client, which the stand-in does not have.
  throw invalidRequest('requested_token_type unsupported')
}

interface Subject {
  readonly claims: JWTPayload
  readonly user: KeycloakUser
}

async function verifySubject(realm: KeycloakRealm, token: string): Promise<Subject> {
  const claims = await realm.key.verify(token)
  const user = realm.users.find(({ id }) => id === claims?.sub)
  const isValid =
    claims?.iss === realm.issuer &&
    claims['typ'] === 'Bearer' &&
    (claims.exp ?? 0) * 1_000 > realm.now() &&
    !realm.endedSessions.has(String(claims['sid']))
  // A service account is a user of the realm, too; the stand-in does not exchange its tokens.
  if (!isValid || user === undefined) throw invalidRequest('Invalid token')
  return { claims, user }
}

function assertBinding(claims: JWTPayload, client: KeycloakClient, jkt: string | undefined): void {
  const confirmation = claims['cnf'] as { readonly jkt?: string } | undefined
  if (confirmation !== undefined && claims['azp'] !== client.clientId) {
    throw invalidRequest(
      'Sender-constrained token exchange rejected as the token was not issued for the requesting client',
    )
  }
  const isMissing = jkt === undefined
  if (isMissing && (confirmation !== undefined || client.requiresDpop === true)) {
    throw invalidRequest('DPoP proof is missing')
  }
  if (confirmation !== undefined && confirmation.jkt !== jkt) {
    throw invalidRequest("DPoP confirmation doesn't match DPoP header")
  }
}

function assertRequester({ clientId }: KeycloakClient, claims: JWTPayload): void {
  const audiences = [claims.aud ?? []].flat()
  if (claims['azp'] === clientId || audiences.includes(clientId)) return
  throw new OAuthRefusal({
    status: 403,
    error: 'access_denied',
    description: 'Client is not within the token audience',
  })
}

/** `audience` filters; it adds nothing. */
function filtered(
  { clients }: KeycloakRealm,
  available: readonly string[],
  asked: readonly string[],
): readonly string[] {
  if (asked.length === 0) return available
  if (asked.some((clientId) => !clients.has(clientId))) {
    throw new OAuthRefusal({ error: 'invalid_client', description: 'Audience not found' })
  }
  const missing = asked.filter((clientId) => !available.includes(clientId))
  if (missing.length > 0) {
    throw invalidRequest(`Requested audience not available: ${missing.join(' ')}`)
  }
  return asked
}

function assertNoFault(realm: KeycloakRealm, client: KeycloakClient, user: KeycloakUser): void {
  const { clientId } = client
  const fault = realm.faultFor({ clientId, username: user.username }) ?? user.fault
  if (fault !== undefined) throw new OAuthRefusal(KEYCLOAK_FAULTS[fault])
}

function invalidRequest(description: string): OAuthRefusal {
  return new OAuthRefusal({ error: 'invalid_request', description })
}
