import { ConfigError, type Config } from '../config/config.js'
import {
  createAuth0ApiClientExchanger,
  type ExchangingApiClient,
} from '../exchange/auth0-api-client-exchanger.js'
import { createAuth0Exchanger } from '../exchange/auth0-exchanger.js'
import type { ClientAuthentication } from '../exchange/client-authentication.js'
import type { ClientAuthenticationSource } from '../exchange/client-authentication-source.js'
import { createRenewingExchanger, type CreateAdapter } from '../exchange/renewing-exchanger.js'
import type { Fetch } from '../http/fetch-json.js'
import type { OnBehalfOfOptions } from '../on-behalf-of/options.js'
import { needsPackage } from '../options/needs-package.js'

/**
 * The client of a configuration, with the adapter to the token endpoint where the configuration names another than
 * that of `onBehalfOf`. `fetch` reaches the token endpoint. With `source`, the client proves itself as that says.
 *
 * Rejects with a `ConfigError` when it needs a package that is not installed.
 */
export async function clientFromConfig(
  config: Config,
  fetch: Fetch,
  source?: ClientAuthenticationSource,
): Promise<OnBehalfOfOptions['client']> {
  const { clientId: id, clientAuthentication, adapter } = config.exchange
  if (adapter === 'rfc8693' || adapter === 'rfc7523') {
    return source === undefined ? { id, ...clientAuthentication } : { id, authentication: source }
  }
  const create = await auth0Adapters(config, fetch)
  const exchanger =
    source === undefined ? create(clientAuthentication) : createRenewingExchanger(source, create)
  return { id, exchanger }
}

async function auth0Adapters(config: Config, fetch: Fetch): Promise<CreateAdapter> {
  const { clientId, adapter, timeoutMs, subjectTokenType, issuer } = config.exchange
  const shared = { timeoutMs, subjectTokenType }
  if (adapter === 'auth0-api-js') {
    const createClient = await apiClients(config, fetch)
    return (now) => createAuth0ApiClientExchanger({ ...shared, apiClient: createClient(now) })
  }
  return (clientAuthentication) =>
    createAuth0Exchanger({ ...shared, clientId, clientAuthentication, fetch, issuer })
}

async function apiClients(
  config: Config,
  fetch: Fetch,
): Promise<(authentication: ClientAuthentication) => ExchangingApiClient> {
  const { clientId, clientAuthentication } = config.exchange
  const needsSecret = { key: 'EXCHANGE_CLIENT', value: 'auth0-api-js', hint: NEEDS_SECRET }
  if (!('secret' in clientAuthentication)) throw new ConfigError([needsSecret])
  const { ApiClient } = await import('@auth0/auth0-api-js').catch(() => {
    throw new ConfigError([
      {
        key: 'EXCHANGE_CLIENT',
        value: 'auth0-api-js',
        hint: needsPackage('@auth0/auth0-api-js'),
      },
    ])
  })
  return (authentication) => {
    if (!('secret' in authentication)) throw new ConfigError([needsSecret])
    return new ApiClient({
      domain: new URL(config.exchange.issuer ?? config.issuer.primary).host,
      audience: config.resource.resource,
      clientId,
      clientSecret: authentication.secret.reveal(),
      customFetch: fetch,
    })
  }
}

const NEEDS_SECRET = 'needs a client secret. Use auth0'
