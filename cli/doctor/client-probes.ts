import { randomUUID } from 'node:crypto'
import type { Config } from '../../src/config/config.js'
import { ACCESS_TOKEN_TYPE } from '../../src/exchange/token-exchanger.js'
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

/** An exchange of a text that is no token, asked for as the server asks. */
export function exchangeProbe({ config }: Deployment): ClientProbe {
  const { grant } = exchangeGrantOf(config)
  return {
    grantType: grant,
    parameters:
      (config.exchange.adapter as string) === 'rfc7523'
        ? onBehalfOf(config)
        : tokenExchange(config),
  }
}

/** Any of the APIs: the token is refused before they matter. */
function someAudience(config: Config): string {
  return apisOf(config)[0]?.audience ?? ''
}

function onBehalfOf(config: Config): ClientProbe['parameters'] {
  return {
    assertion: NO_TOKEN,
    requested_token_use: 'on_behalf_of',
    scope: `${someAudience(config)}/.default`,
  }
}

function tokenExchange(config: Config): ClientProbe['parameters'] {
  const { subjectTokenType } = config.exchange
  return {
    subject_token: NO_TOKEN,
    subject_token_type:
      subjectTokenType === undefined
        ? ACCESS_TOKEN_TYPE
        : `urn:mcp-on-behalf-of:doctor:${randomUUID()}`,
    requested_token_type: ACCESS_TOKEN_TYPE,
    audience: someAudience(config),
  }
}
