import { randomUUID } from 'node:crypto'
import express, { type Router } from 'express'
import type {
  AuthorizationServer,
  GrantHandler,
  TokenAnswer,
  TokenRequest,
  UserGrant,
} from '../shared/authorization-server.js'
import { createDpopCheck } from '../shared/dpop-proof.js'
import { metadataOf } from '../shared/metadata-of.js'
import { OAuthRefusal } from '../shared/oauth-refusal.js'
import { refusalAnswer } from '../shared/refusal-answer.js'
import { serverRoutes } from '../shared/server-routes.js'
import { TOKEN_EXCHANGE } from '../shared/token-type-identifiers.js'
import { clientRegistration } from './client-registration.js'
import { assertKnownResource, audiencesOf, grantedScopes } from './granted-scopes.js'
import type { KeycloakClient, KeycloakRealm, KeycloakUser } from './realm.js'
import { exchangeToken, type ExchangeParts } from './standard-token-exchange.js'
import { serviceAccountClaims, TOKEN_SECONDS, userTokenClaims } from './token-claims.js'

/** Serves the realm: metadata, keys, registration, authorization, token. */
export function realmRoutes(realm: KeycloakRealm): Router {
  const { name, origin } = realm
  const base = `/realms/${name}/protocol/openid-connect`
  const server = serverOf(realm, base)
  const registration = `/realms/${name}/clients-registrations/openid-connect`
  const metadata = metadataOf(server, {
    registration_endpoint: `${origin}${registration}`,
    subject_types_supported: ['public', 'pairwise'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    dpop_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  })
  const router = express.Router()
  router.use(clientRegistration(realm, registration))
  const paths = [
    `/realms/${name}/.well-known/openid-configuration`,
    `/realms/${name}/.well-known/oauth-authorization-server`,
    `/.well-known/oauth-authorization-server/realms/${name}`,
  ]
  router.use(serverRoutes({ server, documents: [{ metadata, paths }] }))
  return router
}

function serverOf(realm: KeycloakRealm, base: string): AuthorizationServer {
  const { origin, issuer, users, key, now, clients } = realm
  const token = `${base}/token`
  const checkProof = createDpopCheck({ endpoint: `${origin}${token}`, now })
  const partsOf = async ({ client, headers }: TokenRequest): Promise<ExchangeParts> => {
    const { dpop } = headers
    const jkt = typeof dpop === 'string' ? await checkProof(dpop) : undefined
    return { realm, client: clientOf(realm, client.clientId), jkt }
  }
  return {
    origin,
    issuer,
    paths: { authorize: `${base}/auth`, token, keys: `${base}/certs`, signIn: `${base}/sign-in` },
    title: 'Keycloak',
    sendsIss: true,
    users,
    findClient: (clientId) => Promise.resolve(clients.get(clientId)),
    checkAuthorization: ({ client, scopes, resource }) => {
      assertKnownResource(realm, resource)
      grantedScopes(clientOf(realm, client.clientId), scopes)
    },
    issueTokens: (grant) => issueGranted(realm, grant),
    givesRefreshToken: () => true,
    grants: new Map<string, GrantHandler>([
      [TOKEN_EXCHANGE, async (request) => exchangeToken(await partsOf(request), request)],
      [
        'client_credentials',
        async (request) => issueServiceAccountToken(await partsOf(request), request),
      ],
    ]),
    describe: refusalAnswer,
    keys: [key.publicJwk],
    now,
  }
}

async function issueGranted(realm: KeycloakRealm, grant: UserGrant): Promise<TokenAnswer> {
  const client = clientOf(realm, grant.client.clientId)
  const scopes = grantedScopes(client, grant.scopes)
  const audiences = audiencesOf(realm, scopes, grant.resource)
  const openid = grant.scopes.includes('openid')
  const sessionId = randomUUID()
  const parts = { client, scopes, audiences, openid, sessionId }
  const claims = userTokenClaims(realm, grant.user as KeycloakUser, parts)
  const { scope, ...forId } = claims
  const idClaims = { ...forId, typ: 'ID', aud: client.clientId, nonce: grant.nonce }
  return {
    access_token: await realm.key.sign(claims),
    expires_in: TOKEN_SECONDS,
    refresh_expires_in: 1_800,
    token_type: 'Bearer',
    'not-before-policy': 0,
    session_state: sessionId,
    scope,
    ...(openid ? { id_token: await realm.key.sign(idClaims) } : {}),
  }
}

async function issueServiceAccountToken(
  {
    realm,
    client,
    jkt,
  }: Awaited<{ realm: KeycloakRealm; client: KeycloakClient; jkt: string | undefined }>,
  { parameters }: TokenRequest,
): Promise<TokenAnswer> {
  if (client.serviceAccountId === undefined) {
    throw new OAuthRefusal({
      status: 401,
      error: 'unauthorized_client',
      description: 'Client not enabled to retrieve service account',
    })
  }
  const scopes = grantedScopes(client, parameters.scopes)
  const audiences = audiencesOf(realm, scopes)
  const claims = serviceAccountClaims(realm, { client, scopes, audiences, jkt })
  return {
    access_token: await realm.key.sign(claims),
    expires_in: TOKEN_SECONDS,
    refresh_expires_in: 0,
    token_type: jkt === undefined ? 'Bearer' : 'DPoP',
    'not-before-policy': 0,
    scope: claims['scope'],
  }
}

function clientOf({ clients }: KeycloakRealm, clientId: string): KeycloakClient {
  const client = clients.get(clientId)
  if (client === undefined) throw new Error('an authenticated client is not in the realm')
  return client
}
