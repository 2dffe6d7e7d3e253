import type { Config } from '../../../src/config/config.js'
import { printable } from '../../printable.js'
import { warning, wrong, type Finding } from '../finding.js'

const SERVERS = 'Security → API → Authorization Servers'

/** What cannot work with Okta, or is probably not meant. */
export function oktaSettings(config: Config): readonly Finding[] {
  return [...checkExchangeIssuers(config), ...checkServer(config)]
}

/** One authorization server has one audience, so that both tokens would have the same. */
function checkExchangeIssuers({ issuer, exchange, apis }: Config): readonly Finding[] {
  const signIn = issuer.primary
  const alike = Object.values(apis).filter((api) => {
    const place = api.exchange?.issuer ?? exchange.issuer ?? signIn
    return place === signIn
  })
  return alike.map(({ audience }) =>
    warning(
      'settings.exchange_issuer',
      `Tokens for ${printable(audience)} are exchanged at the authorization server where users sign in.`,
      `An authorization server of Okta has one audience, so the API's token would be accepted by this server too, and is refused (acceptable_here). Give the API an authorization server of its own (${SERVERS}), add this one to its Trusted servers, and set EXCHANGE_ISSUER to its Issuer URI.`,
    ),
  )
}

/** The org's own authorization server issues access tokens that nobody else can check. */
function checkServer({ issuer: { primary } }: Config): readonly Finding[] {
  if (new URL(primary).pathname.startsWith('/oauth2/')) return []
  return [
    wrong(
      'settings.authorization_server',
      `${primary} is the authorization server of the Okta org, whose access tokens are for Okta alone.`,
      `Set the issuer to the Issuer URI of a custom authorization server, …/oauth2/ID: ${SERVERS}.`,
    ),
  ]
}
