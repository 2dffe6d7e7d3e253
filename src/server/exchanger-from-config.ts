import { ConfigError, type Config } from '../config/config.js'
import {
  createAuth0ApiClientExchanger,
  type ExchangingApiClient,
} from '../exchange/auth0-api-client-exchanger.js'
import { createAuth0Exchanger } from '../exchange/auth0-exchanger.js'
import type { Fetch } from '../http/fetch-json.js'
import type { OnBehalfOfOptions } from '../on-behalf-of/options.js'

/**
 * The client of a configuration, with the adapter to the token endpoint where the configuration names another than
 * that of `onBehalfOf`. `fetch` reaches the token endpoint.
 *
 * Rejects with a `ConfigError` when it needs a package that is not installed.
 */
export async function clientFromConfig(
  config: Config,
  fetch: Fetch,
): Promise<OnBehalfOfOptions['client']> {
  const { exchange } = config
  const { clientId: id, clientAuthentication, adapter, timeoutMs, subjectTokenType } = exchange
  if (adapter === 'rfc8693' || adapter === 'rfc7523') return { id, ...clientAuthentication }
  const shared = { timeoutMs, subjectTokenType }
  if (adapter === 'auth0-api-js') {
    const apiClient = await loadApiClient(config, fetch)
    return { id, exchanger: createAuth0ApiClientExchanger({ ...shared, apiClient }) }
  }
  const { issuer } = exchange
  const client = { clientId: id, clientAuthentication, fetch, issuer }
  return { id, exchanger: createAuth0Exchanger({ ...shared, ...client }) }
}

async function loadApiClient(config: Config, fetch: Fetch): Promise<ExchangingApiClient> {
  const { clientId, clientAuthentication } = config.exchange
  if (!('secret' in clientAuthentication)) {
    throw new ConfigError([
      { key: 'EXCHANGE_CLIENT', value: 'auth0-api-js', hint: 'needs a client secret. Use auth0' },
    ])
  }
  const { ApiClient } = await import('@auth0/auth0-api-js').catch(() => {
    throw new ConfigError([
      {
        key: 'EXCHANGE_CLIENT',
        value: 'auth0-api-js',
        hint: 'needs a package that is not installed. Run: npm install @auth0/auth0-api-js',
      },
    ])
  })
  return new ApiClient({
    domain: new URL(config.exchange.issuer ?? config.issuer.primary).host,
    audience: config.resource.resource,
    clientId,
    clientSecret: clientAuthentication.secret.reveal(),
    customFetch: fetch,
  })
}
