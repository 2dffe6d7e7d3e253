import { decodeJwt, type JWTPayload } from 'jose'
import type { TokenAnswer, TokenRequest } from '../shared/authorization-server.js'
import { OAuthRefusal } from '../shared/oauth-refusal.js'
import type { Parameters } from '../shared/parameters.js'
import { TOKEN_EXCHANGE, TOKEN_TYPES } from '../shared/token-type-identifiers.js'
import { OKTA_FAULTS } from './faults.js'
import { grantedScopes } from './granted-scopes.js'
import type { OktaOrg, OktaServer, OktaUser } from './org.js'
import { TOKEN_SECONDS, userTokenClaims } from './token-claims.js'

/** Answers an on-behalf-of exchange at the authorization server of the target. */
export async function exchangeToken(
  { org, server }: { readonly org: OktaOrg; readonly server: OktaServer },
  { parameters, client }: TokenRequest,
): Promise<TokenAnswer> {
  const registered = org.clients.find(({ clientId }) => clientId === client.clientId)
  if (registered?.grants.includes(TOKEN_EXCHANGE) !== true) {
    throw refused(
      'unauthorized_client',
      'The client is not authorized to use the provided grant type. Configured grant types: [client_credentials].',
    )
  }
  assertRequest(org, parameters)
  const user = await verifySubject(org, server, parameters.required('subject_token'))
  if (parameters.required('audience') !== server.audience) {
    throw refused(
      'invalid_target',
      "The 'audience' is not the audience of this authorization server.",
    )
  }
  const scopes = grantedScopes(server, parameters.scopes, { withOidc: false })
  const { clientId } = client
  const fault = org.faultFor({ clientId, username: user.username }) ?? user.fault
  if (fault !== undefined) throw new OAuthRefusal(OKTA_FAULTS[fault])
  const issuedAt = Math.floor(org.now() / 1_000)
  const claims = userTokenClaims(user, { server, clientId, scopes, issuedAt })
  return {
    token_type: 'Bearer',
    expires_in: TOKEN_SECONDS,
    access_token: await server.key.sign(claims, { typ: undefined }),
    scope: scopes.join(' '),
    issued_token_type: TOKEN_TYPES.access,
  }
}

function assertRequest({ refusesRequestedTokenType }: OktaOrg, parameters: Parameters): void {
  if (parameters.required('subject_token_type') !== TOKEN_TYPES.access) {
    throw invalidRequest("'subject_token_type' is invalid.")
  }
  const requested = parameters.optional('requested_token_type')
  if (requested !== undefined && (refusesRequestedTokenType || requested !== TOKEN_TYPES.access)) {
    throw invalidRequest("'requested_token_type' is invalid.")
  }
}

async function verifySubject(org: OktaOrg, server: OktaServer, token: string): Promise<OktaUser> {
  const from = org.servers.find(({ issuer }) => issuer === issuerOf(token))
  const claims = await from?.key.verify(token)
  if (from === undefined || claims === undefined) throw invalidSubject()
  if (from !== server && !server.trusts.includes(from.id)) throw untrusted(org)
  assertNotOver(org, claims)
  const user = org.users.find(({ id }) => id === claims['uid'])
  if (user === undefined) throw invalidSubject()
  return user
}

function assertNotOver({ now }: OktaOrg, { exp = 0 }: JWTPayload): void {
  if (now() / 1_000 < exp) return
  throw refused('invalid_grant', "The 'subject_token' has expired.")
}

function untrusted({ untrusted: form }: OktaOrg): OAuthRefusal {
  if (form === 'invalid_request') return invalidSubject()
  return new OAuthRefusal({
    status: 403,
    error: 'access_denied',
    description: "The authorization server of the 'subject_token' is not trusted.",
  })
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss
  } catch {
    return undefined
  }
}

function invalidSubject(): OAuthRefusal {
  return invalidRequest("'subject_token' is invalid.")
}

function invalidRequest(description: string): OAuthRefusal {
  return refused('invalid_request', description)
}

function refused(error: string, description: string): OAuthRefusal {
  return new OAuthRefusal({ error, description })
}
