import type { Router } from 'express'
import type { AuthorizationRequest } from '../shared/authorization-request.js'
import type {
  AuthorizationServer,
  GrantHandler,
  TokenAnswer,
  UserGrant,
} from '../shared/authorization-server.js'
import type { ClientLookup } from '../shared/client-lookup.js'
import { metadataOf } from '../shared/metadata-of.js'
import { isPublicClient } from '../shared/registered-client.js'
import { serverRoutes } from '../shared/server-routes.js'
import { createAssertionCheck } from './client-assertion.js'
import type { EntraUser } from './directory.js'
import { createDescribe, EntraRefusal } from './entra-refusal.js'
import { ENTRA_APPS } from './identifiers.js'
import { issueAppToken, issueUserToken } from './issue-token.js'
import { createOnBehalfOf, JWT_BEARER } from './on-behalf-of.js'
import { parseRequestedClaims } from './requested-claims.js'
import {
  firstResourceOf,
  parseRequestedResource,
  type RequestedResource,
} from './requested-resource.js'
import { registrationOf, type EntraTenant } from './tenant.js'
import { idTokenClaims } from './token-claims.js'

/** Serves one tenant: both metadata documents, keys, authorization, token. */
export function tenantRoutes(tenant: EntraTenant, findClient: ClientLookup): Router {
  const server = serverOf(tenant, findClient)
  const { id, origin, now, issuers } = tenant
  const metadata = metadataOf(server, {
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'private_key_jwt',
      'client_secret_basic',
    ],
    subject_types_supported: ['pairwise'],
    // The document of the real service names neither the grants nor PKCE.
    grant_types_supported: undefined,
    code_challenge_methods_supported: undefined,
  })
  const tokenEndpoint = `${origin}${server.paths.token}`
  return serverRoutes({
    server,
    documents: [
      { metadata, paths: [`/${id}/v2.0/.well-known/openid-configuration`] },
      {
        metadata: { ...metadata, issuer: issuers.v1 },
        paths: [
          `/${id}/.well-known/openid-configuration`,
          `${new URL(issuers.v1).pathname}.well-known/openid-configuration`,
        ],
      },
    ],
    checkAssertion: createAssertionCheck({ tokenEndpoint, now }),
  })
}

function serverOf(tenant: EntraTenant, findClient: ClientLookup): AuthorizationServer {
  const { id, origin, issuers, users, key, now } = tenant
  return {
    origin,
    issuer: issuers.v2,
    paths: {
      authorize: `/${id}/oauth2/v2.0/authorize`,
      token: `/${id}/oauth2/v2.0/token`,
      keys: `/${id}/discovery/v2.0/keys`,
      signIn: `/${id}/sign-in`,
    },
    title: 'Microsoft Entra ID',
    sendsIss: false,
    users,
    findClient,
    checkAuthorization: (request) => {
      assertOneResource(tenant, request)
    },
    issueTokens: (grant) => issueGranted(tenant, grant),
    givesRefreshToken: ({ scopes }) => scopes.includes('offline_access'),
    grants: new Map<string, GrantHandler>([
      [JWT_BEARER, createOnBehalfOf(tenant)],
      ['client_credentials', clientCredentials(tenant)],
    ]),
    describe: createDescribe({ origin, now }),
    keys: [key.publicJwk],
    now,
  }
}

/** `resource` has to be the Application ID URI of the scopes' resource, letter by letter. */
function assertOneResource(tenant: EntraTenant, request: AuthorizationRequest): void {
  const { client, scopes, resource, claims } = request
  const { directory } = tenant
  parseRequestedClaims(claims)
  if (resource !== undefined && firstResourceOf(directory, scopes)?.appIdUri !== resource) {
    throw new EntraRefusal({
      code: 9010010,
      error: 'invalid_target',
      description:
        "The resource parameter provided in the request doesn't match with the requested scopes.",
    })
  }
  parseRequestedResource(directory, registrationOf(tenant, client), scopes)
}

async function issueGranted(tenant: EntraTenant, grant: UserGrant): Promise<TokenAnswer> {
  const { client, scopes, nonce } = grant
  const app = registrationOf(tenant, client)
  const user = grant.user as EntraUser
  const requested = parseRequestedResource(tenant.directory, app, scopes) ?? graphOf(tenant)
  const claims = parseRequestedClaims(grant.claims)
  const answer = await issueUserToken(tenant, { user, client, requested, claims })
  if (!scopes.includes('openid')) return answer
  const issuedAt = Math.floor(tenant.now() / 1_000)
  const { id: tenantId, issuers, key } = tenant
  const parts = { tenantId, issuers, clientId: client.clientId, issuedAt, user, nonce }
  return { ...answer, id_token: await key.sign(idTokenClaims(parts)) }
}

/** With scopes of OpenID Connect alone, the token is for Microsoft Graph. */
function graphOf({ directory }: EntraTenant): RequestedResource {
  const app = directory.find(({ clientId }) => clientId === ENTRA_APPS.graph)
  if (app === undefined) throw new Error('the directory has no Microsoft Graph')
  return { app, writtenAs: app.clientId, names: ['User.Read'], isDefault: false }
}

function clientCredentials(tenant: EntraTenant): GrantHandler {
  return ({ parameters, client }) => {
    parameters.required('scope')
    const app = registrationOf(tenant, client)
    const requested = parseRequestedResource(tenant.directory, app, parameters.scopes)
    if (isPublicClient(client)) {
      throw new EntraRefusal({
        ...{ code: 7000218, status: 401, error: 'invalid_client' },
        description: 'The request body must contain a client credential.',
      })
    }
    if (requested?.isDefault !== true) {
      throw new EntraRefusal({
        ...{ code: 1002012, error: 'invalid_scope' },
        description:
          'The provided value for scope is not valid. Client credential flows must have a scope value with /.default.',
      })
    }
    return issueAppToken(tenant, { client, requested })
  }
}
