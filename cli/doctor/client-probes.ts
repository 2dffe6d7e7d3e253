import { randomUUID } from 'node:crypto'
import type { Config } from '../../src/config/config.js'
import { standardTarget, type ResolvedTarget } from '../../src/exchange/exchange-target.js'
import { ACCESS_TOKEN_TYPE } from '../../src/exchange/token-exchanger.js'
import { IDENTITY_PROVIDERS } from '../../src/identity-providers/identity-providers.js'
import { targetOfApi } from '../../src/identity-providers/target-of-api.js'
import { apisOf, type Deployment } from './deployment.js'
import { exchangeGrantOf } from './exchange-grant.js'

/** A token request of our client: its grant, and its parameters without those that prove who asks. */
export interface ClientProbe {
  readonly grantType: string
  readonly parameters: Readonly<Record<string, string>>
}

const NO_TOKEN = 'doctor-this-is-no-token'

/** A request that shows whether the client is accepted. */
export function credentialsProbe({ config, provider }: Deployment): ClientProbe {
  return provider.credentialsProbe === 'own_token'
    ? {
        grantType: 'client_credentials',
        parameters: { scope: `${config.exchange.clientId}/.default` },
      }
    : {
        grantType: 'authorization_code',
        parameters: {
          code: `doctor-${randomUUID()}`,
          redirect_uri: 'http://127.0.0.1/doctor',
          code_verifier: `${randomUUID()}${randomUUID()}`,
        },
      }
}

/** An exchange of a text that is no token, asked for as the server asks for the first API: the text is refused before the API matters. */
export function exchangeProbe({ config }: Deployment): ClientProbe {
  const [api] = apisOf(config)
  const audience = api?.audience ?? ''
  const provider = IDENTITY_PROVIDERS[config.identityProvider.name]
  const { manner } = config.exchange
  const target =
    targetOfApi({ audience, exchange: api?.exchange }, provider, manner) ?? standardTarget(audience)
  return {
    grantType: exchangeGrantOf(config).grant,
    parameters:
      config.exchange.adapter === 'rfc7523' ? onBehalfOf(target) : tokenExchange(config, target),
  }
}

function onBehalfOf({ scopePrefix, audiences }: ResolvedTarget): ClientProbe['parameters'] {
  return {
    assertion: NO_TOKEN,
    requested_token_use: 'on_behalf_of',
    scope: `${scopePrefix ?? audiences[0] ?? ''}/.default`,
  }
}

function tokenExchange(
  { exchange: { subjectTokenType } }: Config,
  { targetParameter: parameter, audiences, requestedTokenType }: ResolvedTarget,
): ClientProbe['parameters'] {
  const [audience = ''] = audiences
  return {
    subject_token: NO_TOKEN,
    subject_token_type:
      subjectTokenType === undefined
        ? ACCESS_TOKEN_TYPE
        : `urn:mcp-on-behalf-of:doctor:${randomUUID()}`,
    ...(requestedTokenType === 'none' ? {} : { requested_token_type: TYPES[requestedTokenType] }),
    ...(parameter === 'audience' || parameter === 'both' ? { audience } : {}),
    ...(parameter === 'resource' || parameter === 'both' ? { resource: audience } : {}),
  }
}

const TYPES = {
  access_token: ACCESS_TOKEN_TYPE,
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
}
