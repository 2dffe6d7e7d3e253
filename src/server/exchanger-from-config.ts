import { ConfigError, type Config } from '../config/config.js'
import { OnBehalfOfError } from '../failures/errors.js'
import {
  createAuth0ApiClientExchanger,
  type ExchangingApiClient,
} from '../exchange/auth0-api-client-exchanger.js'
import { createAuth0Exchanger } from '../exchange/auth0-exchanger.js'
import { createRfc8693Exchanger } from '../exchange/rfc8693-exchanger.js'
import type { TokenExchanger } from '../exchange/token-exchanger.js'
import type { Fetch } from '../http/fetch-json.js'
import type { Issuer } from '../identity/issuer-keys.js'

/**
 * Builds the adapter to the token endpoint that a configuration names. `issuers` are all it may exchange at; `fetch`
 * reaches the token endpoint.
 *
 * Rejects with a `ConfigError` when it needs a package that is not installed.
 */
export async function composeAdapter(
  config: Config,
  issuers: readonly Issuer[],
  fetch: Fetch,
): Promise<TokenExchanger> {
  const { exchange } = config
  const shared = {
    timeoutMs: exchange.timeoutMs,
    ...(exchange.subjectTokenType === undefined
      ? {}
      : { subjectTokenType: exchange.subjectTokenType }),
  }
  if (exchange.adapter === 'auth0-api-js') {
    return createAuth0ApiClientExchanger({
      ...shared,
      apiClient: await loadApiClient(config, fetch),
    })
  }
  const client = {
    ...shared,
    clientId: exchange.clientId,
    clientAuthentication: exchange.clientAuthentication,
    fetch,
  }
  return exchange.adapter === 'auth0'
    ? createAuth0Exchanger({ ...client, issuer: exchange.issuer })
    : createRfc8693Exchanger({
        ...client,
        metadata: (name) => metadataOf(issuers, exchange.issuer ?? name),
      })
}

async function loadApiClient(config: Config, fetch: Fetch): Promise<ExchangingApiClient> {
  const { clientId, clientAuthentication } = config.exchange
  if (!('secret' in clientAuthentication)) {
    throw new ConfigError([
      { key: 'EXCHANGE_CLIENT', value: 'auth0-api-js', cure: 'needs a client secret. Use auth0' },
    ])
  }
  const { ApiClient } = await import('@auth0/auth0-api-js').catch(() => {
    throw new ConfigError([
      {
        key: 'EXCHANGE_CLIENT',
        value: 'auth0-api-js',
        cure: 'needs a package that is not installed. Run: npm install @auth0/auth0-api-js',
      },
    ])
  })
  return new ApiClient({
    domain: new URL(config.exchange.issuer ?? config.issuer.primary).host,
    audience: config.resource.identifier,
    clientId,
    clientSecret: clientAuthentication.secret.reveal(),
    customFetch: fetch,
  })
}

function metadataOf(issuers: readonly Issuer[], name: string): ReturnType<Issuer['metadata']> {
  const known = issuers.find(({ issuer }) => issuer === name)
  return known === undefined
    ? Promise.reject(new OnBehalfOfError('internal_error', { reason: 'unknown_issuer' }))
    : known.metadata()
}
