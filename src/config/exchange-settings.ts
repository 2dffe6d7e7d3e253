import { API_CALL_DEFAULTS } from '../downstream/api-call-defaults.js'
import { DELEGATION_DEFAULTS } from '../exchange/delegation-policy.js'
import { ASSERTION_ALGORITHMS } from '../exchange/client-authentication.js'
import { EXCHANGE_DEFAULTS } from '../exchange/exchange-defaults.js'
import { setting, type Setting } from './setting.js'
import * as values from './values.js'

/** How tokens are exchanged, and which API they are for. */
export const EXCHANGE_SETTINGS = {
  MCP_AUTH0_CLIENT_ID: setting({
    description: 'The OAuth client as which this server exchanges tokens.',
    schema: values.identifier,
    example: 'Zk3bN0aXQpV1mCtRk2WzE5yL8sUdJh7f',
  }),
  MCP_AUTH0_CLIENT_SECRET: setting({
    description:
      'The secret of that client. Or MCP_AUTH0_CLIENT_SECRET_FILE: the path of a file that holds it, which may change while the server runs.',
    schema: values.secret,
    example: '…',
    secret: true,
  }),
  MCP_AUTH0_CLIENT_AUTHENTICATION: setting({
    description:
      'How the client authenticates. auto: client_secret_post or _basic as the authorization server supports it, private_key_jwt where a private key is given, tls_client_auth where a certificate is given as well (at Entra: private_key_jwt).',
    schema: values.oneOf(
      'auto',
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'tls_client_auth',
    ),
    example: 'auto',
    fallback: 'auto',
  }),
  MCP_AUTH0_CLIENT_PRIVATE_KEY: setting({
    description:
      'The private key of the client, PEM or JWK, in place of a secret. Or MCP_AUTH0_CLIENT_PRIVATE_KEY_FILE, which may change while the server runs.',
    schema: values.privateKey,
    example: '-----BEGIN PRIVATE KEY-----…',
    secret: true,
  }),
  MCP_AUTH0_CLIENT_KEY_ID: setting({
    description: 'The id under which the authorization server knows that key (`kid`).',
    schema: values.identifier,
    example: 'key-1',
  }),
  MCP_AUTH0_CLIENT_CERTIFICATE: setting({
    description:
      'The certificate of that key, PEM: for mutual TLS; with private_key_jwt, its thumbprint goes into the assertions (`x5t#S256`), as Entra asks for. Or MCP_AUTH0_CLIENT_CERTIFICATE_FILE, which may change while the server runs.',
    schema: values.certificate,
    example: '-----BEGIN CERTIFICATE-----…',
    secret: true,
  }),
  MCP_AUTH0_CLIENT_ASSERTION_ALGORITHM: setting({
    description:
      'How the assertions of private_key_jwt are signed. auto: PS256 at Entra; elsewhere RS256 for RSA keys, and the algorithm of the curve for other keys.',
    schema: values.oneOf('auto', ...ASSERTION_ALGORITHMS),
    example: 'auto',
    fallback: 'auto',
  }),
  MCP_AUTH0_CLIENT_ASSERTION_AUDIENCE: setting({
    description:
      'For what the assertions of private_key_jwt are (`aud`). auto: token_endpoint at Entra, elsewhere issuer.',
    schema: values.oneOf('auto', 'issuer', 'token_endpoint'),
    example: 'auto',
    fallback: 'auto',
  }),
  EXCHANGE_CLIENT_CAPABILITIES: setting({
    description:
      'What this server tells Entra that its client can do, separated by spaces or commas. cp1: answer claims challenges. Then tokens for the API live for up to a day, and an API such as Microsoft Graph may refuse one before that (continuous access evaluation); without it, no API does.',
    schema: values.capabilityList,
    example: 'cp1',
    fallback: '',
  }),
  MCP_AUTH0_SUBJECT_TOKEN_TYPE: setting({
    description:
      'Set for Auth0 Custom Token Exchange: the subject token type of the profile. Empty for On-Behalf-Of and RFC 8693.',
    schema: values.identifier,
    example: 'urn:example:mcp',
  }),
  EXCHANGE_ISSUER: setting({
    description:
      "The issuer at which all exchanges take place and whose tokens come back, where it is not the issuer of the users' tokens: for authorization servers with one issuer per API (Okta). The client is one of that issuer, and the users' tokens are sent there. Its tokens are not accepted from clients.",
    schema: values.issuerUrl,
    example: 'https://login.example.com/oauth2/api',
  }),
  EXCHANGE_CLIENT: setting({
    description:
      'Which library talks to the token endpoint. auto: auth0 where AUTH0_DOMAIN is set and no setting asks for what it cannot do, rfc7523 for Entra, else rfc8693. auth0: @auth0/auth0-auth-js. auth0-api-js: the ApiClient of @auth0/auth0-api-js, which has to be installed beside. rfc8693: openid-client, for any authorization server that exchanges tokens by RFC 8693. rfc7523: for those that take the token as an assertion on behalf of the user, as Entra does.',
    schema: values.oneOf('auto', 'auth0', 'auth0-api-js', 'rfc8693', 'rfc7523'),
    example: 'auto',
    fallback: 'auto',
  }),
  FORWARD_CLIENT_ADDRESS: setting({
    description:
      "Tells Auth0 the user's address with each exchange (auth0-forwarded-for), so that its attack protection does not count everybody as this server. Needs TRUST_PROXY behind a proxy, and a client whose token endpoint IP header is trusted.",
    schema: values.oneOf('true', 'false'),
    example: 'false',
    fallback: 'false',
  }),
  MCP_AUTH0_EXCHANGE_SCOPE: setting({
    description:
      'The most that any exchange may ask for, separated by spaces or commas. Each exchange asks for what its tool declares, and for nothing outside this list: a tool that needs more is not offered. Sign-in scopes (openid, offline_access, …) are ignored.',
    schema: values.scopeList,
    example: 'read:private',
  }),
  API_AUTH0_AUDIENCE: setting({
    description:
      "The protected API's identifier at the authorization server, byte for byte. A trailing slash matters.",
    schema: values.identifier,
    example: 'http://localhost:8787/',
  }),
  API_BASE_URL: setting({
    description: 'Where the protected API is. A trailing slash is meaningless.',
    schema: values.baseUrl,
    example: 'http://localhost:8787',
  }),
  API_PROBLEMS: setting({
    description:
      "Whether a model reads what the API says of a call that it did not accept (400, 409, 422): problem details (RFC 9457) or another JSON of errors, in one bounded line between quotation marks. These are the API's words: switch it on for an API whose error texts hold nothing that a model or its user must not read.",
    schema: values.oneOf('on', 'off'),
    example: 'on',
    absent: '`off`',
  }),
  EXCHANGE_RATE_PER_SECOND: setting({
    description:
      "How many exchanges a second this process asks for at most, users taking turns. Auth0 allows 2 on its Free plan, 8 on Essentials and Professional, 30 on Enterprise. Below this, the rate follows the rate-limit headers of the authorization server's answers.",
    schema: values.integerBetween(1, 100_000),
    example: '8',
    fallback: `${EXCHANGE_DEFAULTS.ratePerSecond}`,
  }),
  EXCHANGE_CACHE_ENTRIES: setting({
    description:
      'How many exchanged tokens are kept. docs/performance.md says how much memory an entry takes.',
    schema: values.integerBetween(1, 10_000_000),
    example: '30000',
    fallback: `${EXCHANGE_DEFAULTS.cacheEntries}`,
  }),
  EXCHANGE_REQUIRE_ACTOR: setting({
    description:
      "Refuse exchanged tokens that do not name this server's client as the actor (`act`). Auth0 On-Behalf-Of names it; many servers do not. Entra, Keycloak and Okta write none: where this is true and EXCHANGE_ACTOR_CHECK is not set, their tokens are refused.",
    schema: values.oneOf('true', 'false'),
    example: 'false',
    fallback: 'false',
  }),
  EXCHANGE_ACTOR: setting({
    description:
      "The name of this server in the `act.sub` of exchanged tokens, where the authorization server writes another id than MCP_AUTH0_CLIENT_ID (Keycloak: the user of the client's service account). Unset, a token whose `act.sub` is another id passes if it was issued to our client by `client_id`, `azp`, `cid` or `appid`; set, it has to be this name or MCP_AUTH0_CLIENT_ID.",
    schema: values.identifier,
    example: '3f1c0b2a-8d4e-4c1b-9a57-2f6d1c0e7b33',
  }),
  DELEGATION_MAX_DEPTH: setting({
    description:
      "How many actors an exchanged token may name, this server included. Foreseen from the user's token before the exchange, and measured on the token that comes back.",
    schema: values.integerBetween(1, 32),
    example: '5',
    fallback: `${DELEGATION_DEFAULTS.maxDepth}`,
  }),
  DELEGATION_ALLOWED_ACTORS: setting({
    description:
      "The services that may call this server with a user's token that names them as the actor, separated by spaces or commas. Empty: any.",
    schema: values.nameList,
    example: 'another-mcp-server',
    fallback: '',
  }),
  DANGEROUSLY_ALLOW_OPAQUE_TOKENS: setting({
    description:
      'Accepts exchanged tokens that cannot be looked into: whose they are and what they are for is then not checked.',
    schema: values.oneOf('true', 'false'),
    example: 'false',
    fallback: 'false',
  }),
  DANGEROUSLY_ALLOW_UNBOUND_DOWNGRADE: setting({
    description:
      'Accepts a plain bearer token for the API in exchange for a token that is bound to its sender.',
    schema: values.oneOf('true', 'false'),
    example: 'false',
    fallback: 'false',
  }),
  EXCHANGE_TIMEOUT_MS: setting({
    description:
      'The deadline of one token exchange in milliseconds: waiting for its turn, both tries, and the checks.',
    schema: values.integerBetween(100, 60_000),
    example: '5000',
    fallback: `${EXCHANGE_DEFAULTS.timeoutMs}`,
  }),
  API_TIMEOUT_MS: setting({
    description:
      'The deadline of one call of the API, in milliseconds, waiting for its turn included.',
    schema: values.integerBetween(100, 120_000),
    example: '10000',
    fallback: `${API_CALL_DEFAULTS.timeoutMs}`,
  }),
  API_MAX_BYTES: setting({
    description: 'The largest answer of the API that a tool reads, in bytes.',
    schema: values.integerBetween(1_024, 100_000_000),
    example: '1048576',
    fallback: `${API_CALL_DEFAULTS.maxBytes}`,
  }),
  API_CONNECTIONS: setting({
    description:
      'Connections to the API, and so calls of it under way at a time. Further calls wait, users taking turns.',
    schema: values.integerBetween(1, 10_000),
    example: '64',
    fallback: `${API_CALL_DEFAULTS.connections}`,
  }),
  API_CONCURRENCY_PER_USER: setting({
    description:
      'Calls of the API under way at a time for one user, through all clients together. Further calls of that user wait.',
    schema: values.integerBetween(1, 10_000),
    absent: 'a quarter of API_CONNECTIONS',
    example: '16',
  }),
} as const satisfies Record<string, Setting<unknown>>
