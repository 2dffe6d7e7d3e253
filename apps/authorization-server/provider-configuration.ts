import type { Adapter, Configuration } from 'oidc-provider'
import { createAccountFinder } from './accounts.js'
import { validateConnectionParameter } from './connection-parameter.js'
import { normaliseClientMetadata, thirdPartyClientId } from './client-metadata.js'
import type { Directory } from './directory.js'
import type { GrantOrganizations } from './grant-organizations.js'
import { createGrantLoader } from './granted-scopes.js'
import { createInteractionPolicy } from './interaction-policy.js'
import { interactionPath } from './interactions/interaction-path.js'
import { renderErrorPage } from './interactions/render-error.js'
import { type KeyRing, SIGNING_ALGORITHM } from './keys.js'
import { fetchLoopbackDocument, isLoopbackDocument } from './loopback-client-documents.js'
import type { MemoryStore } from './memory-store.js'
import { NOTHING_GRANTED, OIDC_SCOPES } from './oidc-scopes.js'
import { validateOrganizationParameter } from './organization-parameter.js'
import { describeResourceServer } from './resource-servers.js'
import { staticClients } from './static-clients.js'
import { tokenRules } from './token-rules.js'
import type { Behaviors } from './behaviors.js'

/** All that a provider is built from. Only the keys differ between two providers of one server. */
export interface ProviderParts {
  readonly issuer: string
  readonly directory: Directory
  readonly keys: KeyRing
  readonly store: MemoryStore
  readonly organizations: GrantOrganizations
  readonly behaviors: Behaviors
  readonly cookieSecret: string
  /** 32 bytes from which DPoP nonces are made. */
  readonly nonceSecret: Buffer
  readonly fetch: typeof fetch
}

/** Returns the library's configuration for a server that answers as Auth0 does. */
export function providerConfiguration(parts: ProviderParts): Configuration {
  const { directory, keys, cookieSecret } = parts
  return {
    adapter: (kind) => adapterFor(parts, kind),
    clients: staticClients(directory),
    cookies: {
      keys: [cookieSecret],
      long: { httpOnly: true, sameSite: 'lax' },
      short: { httpOnly: true, sameSite: 'lax' },
    },
    jwks: keys.privateJwks,
    enabledJWA: {
      idTokenSigningAlgValues: [SIGNING_ALGORITHM],
      dPoPSigningAlgValues: ['ES256'],
    },
    extraParams: {
      connection: validateConnectionParameter(directory),
      organization: validateOrganizationParameter(directory),
    },
    routes: {
      authorization: '/authorize',
      token: '/oauth/token',
      registration: '/oidc/register',
      revocation: '/oauth/revoke',
      jwks: '/.well-known/jwks.json',
      userinfo: '/userinfo',
      end_session: '/oidc/logout',
    },
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    pkce: { required: () => true },
    // Browsers of any origin may call; nothing here is answered from a cookie.
    clientBasedCORS: () => true,
    fetch: (input, init) => parts.fetch(input, init),
    interactions: {
      policy: createInteractionPolicy(directory),
      url: (_ctx, interaction) => interactionPath(interaction.uid),
    },
    renderError: renderErrorPage,
    ...features(parts),
    ...identityRules(parts),
    ...tokenRules(parts),
    ...registrationRules(directory),
  }
}

function features(parts: ProviderParts): Pick<Configuration, 'features'> {
  const { directory, keys, behaviors, nonceSecret } = parts
  const { tenant_settings: settings } = directory
  return {
    features: {
      devInteractions: { enabled: false },
      dPoP: {
        enabled: true,
        nonceSecret,
        requireNonce: () => behaviors.dpopNonce === 'demanded',
      },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      registration: {
        enabled: settings.flags.enable_dynamic_client_registration,
        idFactory: thirdPartyClientId,
        issueRegistrationAccessToken: false,
      },
      clientIdMetadataDocument: {
        enabled: settings.client_id_metadata_document_supported,
        ack: 'draft-02',
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, _client, oneOf) => oneOf ?? settings.default_audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, identifier, { clientId }) =>
          describeResourceServer(directory, keys, { identifier, clientId }),
      },
    },
  }
}

function identityRules({
  directory,
  organizations,
}: ProviderParts): Pick<Configuration, 'claims' | 'findAccount' | 'loadExistingGrant' | 'scopes'> {
  return {
    scopes: [...OIDC_SCOPES, NOTHING_GRANTED],
    claims: {
      openid: ['sub', 'org_id', 'org_name'],
      profile: ['name', 'nickname'],
      email: ['email', 'email_verified'],
    },
    findAccount: createAccountFinder(directory, organizations),
    loadExistingGrant: createGrantLoader(directory, organizations),
  }
}

function registrationRules(directory: Directory): Pick<Configuration, 'extraClientMetadata'> {
  return {
    extraClientMetadata: {
      // The library calls the validator only when it is told of a member it does not know itself.
      properties: ['software_id'],
      validator: (_ctx, _key, _value, metadata) => {
        normaliseClientMetadata(directory, metadata)
      },
    },
  }
}

function adapterFor(parts: ProviderParts, kind: string): Adapter {
  const { store, directory, fetch: fetchDocument } = parts
  const adapter = store.adapterFor(kind)
  const { client_id_metadata_document_supported: takesDocuments } = directory.tenant_settings
  if (kind !== 'Client' || !takesDocuments) return adapter
  return {
    ...adapter,
    find: (id) =>
      isLoopbackDocument(id) ? fetchLoopbackDocument(id, fetchDocument) : adapter.find(id),
  }
}
