import type { Config } from '../../../src/config/config.js'
import { warning, wrong, type Finding } from '../finding.js'

const SERVERS = 'Security → API → Authorization Servers'

/** What cannot work with Okta, or is probably not meant. */
export function oktaSettings({ issuer, exchange }: Config): readonly Finding[] {
  return [...checkExchangeIssuer(issuer.primary, exchange.issuer), ...checkServer(issuer.primary)]
}

/** One authorization server has one audience, so that both tokens would have the same. */
function checkExchangeIssuer(signIn: string, exchange: string | undefined): readonly Finding[] {
  if (exchange !== undefined && exchange !== signIn) return []
  return [
    warning(
      'settings.exchange_issuer',
      exchange === undefined
        ? 'EXCHANGE_ISSUER is not set: tokens are exchanged where users sign in.'
        : 'EXCHANGE_ISSUER is the authorization server where users sign in.',
      `An authorization server of Okta has one audience, so the API's token would be accepted by this server too, and is refused (acceptable_here). Give the API an authorization server of its own (${SERVERS}), add this one to its Trusted servers, and set EXCHANGE_ISSUER to its Issuer URI.`,
    ),
  ]
}

/** The org's own authorization server issues access tokens that nobody else can check. */
function checkServer(signIn: string): readonly Finding[] {
  if (new URL(signIn).pathname.startsWith('/oauth2/')) return []
  return [
    wrong(
      'settings.authorization_server',
      `${signIn} is the authorization server of the Okta org, whose access tokens are for Okta alone.`,
      `Set the issuer to the Issuer URI of a custom authorization server, …/oauth2/ID: ${SERVERS}.`,
    ),
  ]
}
