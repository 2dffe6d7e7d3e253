import type { AuditOptions } from '../audit/audit.js'
import type { AuditConfig } from '../config/audit-config.js'
import type { Config } from '../config/config.js'
import { grantOf } from '../config/exchange-config.js'
import type { ClientAuthenticationSource } from '../exchange/client-authentication-source.js'
import type { AppOptions } from './app.js'
import type { Connections } from './connections.js'
import { clientFromConfig } from './exchanger-from-config.js'

/** A configuration as the options of a server. */
export async function appOptions(
  config: Config,
  connections: Connections,
  credentials?: ClientAuthenticationSource,
): Promise<Omit<AppOptions, 'tools' | 'log'>> {
  const { resource, issuer, apiCalls } = config
  return {
    endpoint: config.endpoint,
    resource: resource.resource,
    tokenAudience: resource.tokenAudience,
    toleratedAudiences: resource.toleratedAudiences,
    clockToleranceSeconds: config.clockToleranceSeconds,
    verifiedTokenCacheEntries: config.verifiedTokenCacheEntries,
    baselineScopes: resource.baselineScopes,
    metadataLocation: resource.metadataLocation,
    issuer: [issuer.primary, ...issuer.additional],
    identityProvider: config.identityProvider.name,
    allowedTenants: config.identityProvider.allowedTenants,
    metadataUrl: issuer.metadataUrl,
    ...{ jwksUrl: issuer.jwksUrl, keysStaleMs: issuer.keysStaleMs },
    dangerouslyAllowHttp: issuer.dangerouslyAllowHttp,
    dangerouslyShareClientSecret: issuer.dangerouslyShareClientSecret,
    client: await clientFromConfig(config, connections.exchange, credentials),
    apis: apisOf(config),
    access: config.access,
    ...config.clients,
    callerPolicy: callerPolicyOf(config),
    signOut: signOutOf(config),
    ...{ delegation: config.delegation, ...confirmationOf(config, credentials) },
    ...{ sessions: config.sessions, traceContext: config.traceContext },
    ...{ http: config.http, trustProxy: config.trustProxy, mount: config.mount },
    homePage: config.homePage,
    exchange: exchangeOf(config, connections),
    apiCalls: { ...apiCalls, fetch: connections.api },
    fetch: connections.issuers,
    audit: config.audit && auditOptions(config.audit),
  }
}

function exchangeOf({ exchange }: Config, connections: Connections): AppOptions['exchange'] {
  return {
    issuer: exchange.issuer,
    grant: grantOf(exchange.adapter),
    ...exchange.manner,
    timeoutMs: exchange.timeoutMs,
    ratePerSecond: exchange.ratePerSecond,
    cacheEntries: exchange.cacheEntries,
    subjectTokenType: exchange.subjectTokenType,
    clientCapabilities: exchange.clientCapabilities,
    forwardClientAddress: exchange.forwardClientAddress,
    fetch: connections.exchange,
    ...exchange.checks,
  }
}

/** People sign in as users of the client that exchanges tokens, unless the settings name another. */
function confirmationOf(
  { confirmation: { keys, lifetimeMs, page }, exchange }: Config,
  source: ClientAuthenticationSource | undefined,
): Pick<AppOptions, 'confirmation' | 'confirmationPage'> {
  const confirmation = { keys, lifetimeMs }
  if (page === undefined) return { confirmation }
  const { clientId: id, clientAuthentication } = exchange
  const own =
    source === undefined ? { id, ...clientAuthentication } : { id, authentication: source }
  return { confirmation, confirmationPage: { use: page.use, client: page.client ?? own } }
}

function callerPolicyOf({ callerPolicy, signOut }: Config): AppOptions['callerPolicy'] {
  const { userClaim, scopeClaim, scopePrefix, subjectClaims, clientClaim } = callerPolicy
  const { sessionClaim } = signOut
  return { userClaim, scopeClaim, scopePrefix, subjectClaims, clientClaim, sessionClaim }
}

function signOutOf({ signOut }: Config): AppOptions['signOut'] {
  const { backchannelClients: clients, sharedSignals, tokenLifeSeconds } = signOut
  return { tokenLifeSeconds, backchannelLogout: clients && { clients }, sharedSignals }
}

function auditOptions({ sink, required, pseudonymKey }: AuditConfig): AuditOptions {
  return {
    required,
    sink: sink === 'stdout' ? process.stdout : sink,
    pseudonymKey: pseudonymKey && Buffer.from(pseudonymKey.reveal()),
  }
}

function apisOf({ apis }: Config): AppOptions['apis'] {
  return Object.fromEntries(
    Object.entries(apis).map(([name, { audience, baseUrl, exchange, problems }]) => [
      name,
      { audience, baseUrl, exchange, problems },
    ]),
  )
}
