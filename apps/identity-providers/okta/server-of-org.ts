import { randomBytes } from 'node:crypto'
import type { Router } from 'express'
import type {
  AuthorizationServer,
  GrantHandler,
  TokenAnswer,
  TokenRequest,
  UserGrant,
} from '../shared/authorization-server.js'
import { metadataOf } from '../shared/metadata-of.js'
import { OAuthRefusal } from '../shared/oauth-refusal.js'
import { refusalAnswer } from '../shared/refusal-answer.js'
import { isPublicClient } from '../shared/registered-client.js'
import { serverRoutes } from '../shared/server-routes.js'
import { TOKEN_EXCHANGE } from '../shared/token-type-identifiers.js'
import { exchangeToken } from './exchange-token.js'
import { grantedScopes } from './granted-scopes.js'
import type { OktaOrg, OktaServer, OktaUser } from './org.js'
import { serviceTokenClaims, TOKEN_SECONDS, userTokenClaims } from './token-claims.js'

/** Serves one custom authorization server: metadata, keys, authorization, token. */
export function oktaServerRoutes(org: OktaOrg, server: OktaServer): Router {
  const serving = authorizationServerOf(org, server)
  const base = `/oauth2/${server.id}`
  const metadata = metadataOf(serving, {
    scopes_supported: ['openid', 'profile', 'email', 'offline_access', ...server.scopes],
  })
  const paths = [
    `${base}/.well-known/openid-configuration`,
    `${base}/.well-known/oauth-authorization-server`,
  ]
  return serverRoutes({ server: serving, documents: [{ metadata, paths }] })
}

function authorizationServerOf(org: OktaOrg, server: OktaServer): AuthorizationServer {
  const base = `/oauth2/${server.id}`
  const { origin, clients, users, now } = org
  return {
    origin,
    issuer: server.issuer,
    paths: {
      authorize: `${base}/v1/authorize`,
      token: `${base}/v1/token`,
      keys: `${base}/v1/keys`,
      signIn: `${base}/sign-in`,
    },
    title: 'Okta',
    sendsIss: false,
    users,
    findClient: (id) => Promise.resolve(clients.find(({ clientId }) => clientId === id)),
    checkAuthorization: ({ scopes }) => {
      grantedScopes(server, scopes, { withOidc: true })
    },
    issueTokens: (grant) => issueGranted(org, server, grant),
    givesRefreshToken: ({ scopes }) => scopes.includes('offline_access'),
    grants: new Map<string, GrantHandler>([
      [TOKEN_EXCHANGE, (request) => exchangeToken({ org, server }, request)],
      ['client_credentials', (request) => issueServiceToken(org, server, request)],
    ]),
    describe: refusalAnswer,
    keys: [server.key.publicJwk],
    now,
  }
}

async function issueGranted(
  { now }: OktaOrg,
  server: OktaServer,
  grant: UserGrant,
): Promise<TokenAnswer> {
  const { clientId } = grant.client
  const user = grant.user as OktaUser
  const issuedAt = Math.floor(now() / 1_000)
  const claims = userTokenClaims(user, { server, clientId, scopes: grant.scopes, issuedAt })
  const idClaims = {
    ...{ ver: 1, jti: `ID.${randomBytes(24).toString('base64url')}`, iss: server.issuer },
    ...{ aud: clientId, sub: user.id, iat: issuedAt, exp: issuedAt + TOKEN_SECONDS },
    ...{ preferred_username: user.email, name: user.name },
    ...(grant.nonce === undefined ? {} : { nonce: grant.nonce }),
  }
  return {
    token_type: 'Bearer',
    expires_in: TOKEN_SECONDS,
    access_token: await server.key.sign(claims, { typ: undefined }),
    scope: grant.scopes.join(' '),
    ...(grant.scopes.includes('openid')
      ? { id_token: await server.key.sign(idClaims, { typ: undefined }) }
      : {}),
  }
}

async function issueServiceToken(
  { now }: OktaOrg,
  server: OktaServer,
  { parameters, client }: TokenRequest,
): Promise<TokenAnswer> {
  if (isPublicClient(client)) {
    throw new OAuthRefusal({
      error: 'unauthorized_client',
      description: 'The client is not authorized to use the provided grant type.',
    })
  }
  const scopes = grantedScopes(server, parameters.scopes, { withOidc: false })
  const issuedAt = Math.floor(now() / 1_000)
  const claims = serviceTokenClaims({ server, clientId: client.clientId, scopes, issuedAt })
  return {
    token_type: 'Bearer',
    expires_in: TOKEN_SECONDS,
    access_token: await server.key.sign(claims, { typ: undefined }),
    scope: scopes.join(' '),
  }
}
