import type { Config } from '../../src/config/config.js'

/** By which grant a deployment exchanges tokens, and its name for people. */
export interface ExchangeGrant {
  readonly grant: string
  readonly name: string
}

const TOKEN_EXCHANGE: ExchangeGrant = {
  grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
  name: 'token exchange (RFC 8693)',
}

const ON_BEHALF_OF: ExchangeGrant = {
  grant: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  name: 'on-behalf-of by JWT bearer (RFC 7523)',
}

export function exchangeGrantOf({ exchange }: Pick<Config, 'exchange'>): ExchangeGrant {
  return exchange.adapter === 'rfc7523' ? ON_BEHALF_OF : TOKEN_EXCHANGE
}
