import type { CheckName } from './finding.js'

/** What must not be wrong for a check to be made. One that is not named here needs the configuration alone. */
export const PREREQUISITES: Partial<Record<CheckName, readonly CheckName[]>> = {
  'issuer.keys': ['issuer.metadata'],
  'tenant.access': ['issuer.metadata'],
  token_endpoint: ['issuer.metadata'],
  'client.credentials': ['token_endpoint'],
  'client.exchange': ['client.credentials'],
  'api.without_token': ['api.reachable'],
  'api.foreign_token': ['api.without_token'],
  'server.metadata': ['server.challenge'],
  sign_in: ['server.identifier', 'server.challenge', 'server.metadata', 'issuer.metadata'],
  exchange: [
    'sign_in',
    'sign_in.metadata',
    'sign_in.client',
    'sign_in.answer',
    'sign_in.token',
    'token.inbound',
    'token_endpoint',
    'client.credentials',
    'client.exchange',
  ],
  'exchange.result': ['exchange', 'exchange.request', 'exchange.audience'],
  'api.call': [
    'exchange',
    'exchange.request',
    'exchange.audience',
    'exchange.result',
    'api.reachable',
  ],
}

/** What makes an Auth0 tenant refuse a sign-in, or issue a token that the server cannot take. */
export const REFUSED_AT_SIGN_IN: readonly CheckName[] = [
  'tenant.settings',
  'tenant.connection',
  'tenant.server_api',
  'tenant.third_party_grant',
]
