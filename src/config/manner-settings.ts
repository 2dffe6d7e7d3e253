import { MANNER_VALUES } from '../exchange/exchange-manner.js'
import { setting, type Setting } from './setting.js'
import * as values from './values.js'

const BY_PROVIDER = 'as the identity provider has it'

/** How tokens are exchanged, where the authorization server has habits that its profile does not know. */
export const MANNER_SETTINGS = {
  EXCHANGE_TARGET_PARAMETER: setting({
    description:
      'Which parameter of an exchange names the API: `audience`, `resource`, both, or none. For RFC 8693 alone.',
    schema: values.oneOf(...MANNER_VALUES.targetParameter),
    absent: BY_PROVIDER,
    example: 'resource',
  }),
  EXCHANGE_AUDIENCES: setting({
    description:
      'What that parameter has for the API of these settings, separated by spaces or commas; sent once for each.',
    schema: values.nameList,
    absent: 'API_AUTH0_AUDIENCE',
    example: 'http://localhost:8787/',
  }),
  EXPECTED_AUDIENCES: setting({
    description:
      'What an exchanged token for the API of these settings may have in `aud`, separated by spaces or commas. It has exactly one of them. For Entra, an api:// URI of an application id stands for the id as well.',
    schema: values.nameList,
    absent: 'API_AUTH0_AUDIENCE',
    example: '33333333-4444-5555-6666-777777777777',
  }),
  EXCHANGE_REQUESTED_TOKEN_TYPE: setting({
    description:
      'What `requested_token_type` asks for: an access token, a JWT, or nothing (none leaves the parameter out). For RFC 8693 alone.',
    schema: values.oneOf(...MANNER_VALUES.requestedTokenType),
    absent: BY_PROVIDER,
    example: 'none',
  }),
  EXCHANGE_ACTOR_TOKEN: setting({
    description:
      "Whether an `actor_token` is sent, and which: none, or a token of this server's own client by client credentials, kept until it expires. For RFC 8693 alone.",
    schema: values.oneOf(...MANNER_VALUES.actorToken),
    absent: BY_PROVIDER,
    example: 'client_credentials',
  }),
  EXCHANGE_ISSUED_TOKEN_TYPE: setting({
    description:
      'Whether the answer to an exchange has to have `issued_token_type`, as RFC 8693 requires. One that it has is checked in any case.',
    schema: values.oneOf(...MANNER_VALUES.issuedTokenType),
    absent: BY_PROVIDER,
    example: 'optional',
  }),
  EXCHANGE_ACTOR_CHECK: setting({
    description:
      "How an exchanged token has to say that this server acts. act: by `act`, where it has one. azp: every claim that names its client names MCP_AUTH0_CLIENT_ID, and `act` holds where there is one. none: whoever acts, only the services behind are compared with those of the user's token.",
    schema: values.oneOf(...MANNER_VALUES.actorCheck),
    absent: BY_PROVIDER,
    example: 'azp',
  }),
  EXCHANGE_SCOPE_REQUEST: setting({
    description:
      'Which scopes an exchange asks for. granular: those that the tool declares. default: all that the client has been consented to ({API_SCOPE_PREFIX}/.default, Entra); the token still has to have those that the tool declares.',
    schema: values.oneOf(...MANNER_VALUES.scopeRequest),
    absent: 'granular',
    example: 'default',
  }),
  EXCHANGE_SCOPE_CASE: setting({
    description:
      "Whether upper and lower case count when the scopes of an exchanged token are compared with those that the tool declares. It always counts in clients' tokens.",
    schema: values.oneOf(...MANNER_VALUES.scopeCase),
    absent: BY_PROVIDER,
    example: 'ignored',
  }),
  API_SCOPE_PREFIX: setting({
    description:
      'What the authorization server wants in front of the scopes of the API of these settings when they are asked for; it is taken off those of the token. Joined by a slash where it ends in a letter or a digit.',
    schema: values.scopePrefix,
    absent: 'nothing; API_AUTH0_AUDIENCE for Entra',
    example: 'api://11111111-2222-3333-4444-555555555555',
  }),
  API_SCOPE_CLAIM: setting({
    description:
      'The claim of exchanged tokens for the API of these settings that holds their scopes, in place of `scope` and `scp`.',
    schema: values.claimName,
    example: 'permissions',
  }),
} as const satisfies Record<string, Setting<unknown>>
