import { ISSUER_DEFAULTS } from '../identity/issuer-keys.js'
import { setting, type Setting } from './setting.js'
import * as values from './values.js'

/** Whose tokens are accepted, and for whom they have to be. */
export const ISSUER_SETTINGS = {
  AUTH0_DOMAIN: setting({
    description:
      "The Auth0 tenant's domain or custom domain. Either this or ISSUER_BASE_URL has to be set.",
    schema: values.domain,
    example: 'example.eu.auth0.com',
  }),
  ISSUER_BASE_URL: setting({
    description:
      'The issuer identifier of any other authorization server, exactly as it stands in its metadata and in `iss`, a trailing slash included.',
    schema: values.issuerUrl,
    example: 'https://login.example.com',
  }),
  AUTH0_AUDIENCE: setting({
    description:
      "This MCP server's resource identifier: the `aud` of the tokens it accepts, byte for byte. A trailing slash matters. Best the URL of the endpoint, …/mcp; Auth0's quickstart has http://localhost:3001/, which some clients refuse.",
    schema: values.identifier,
    example: 'http://localhost:3001/mcp',
  }),
  ADDITIONAL_ISSUERS: setting({
    description:
      "Further issuer identifiers whose tokens are accepted, separated by spaces or commas: an Auth0 tenant's other domains. A token is exchanged at its own issuer, with the same client, unless EXCHANGE_ISSUER names one for all. The client uses a private key or a certificate, or, where all are on one host, a secret.",
    schema: values.issuerUrlList,
    example: 'https://login.example.com/ https://login.example.org/',
    fallback: '',
  }),
  DANGEROUSLY_SHARE_CLIENT_SECRET: setting({
    description:
      "Sends the client's secret to issuers of several hosts. Whoever runs one of them can then be this client at the others: for the domains of one tenant only.",
    schema: values.oneOf('true', 'false'),
    example: 'false',
    fallback: 'false',
  }),
  ISSUER_METADATA_URL: setting({
    description:
      "Where the issuer's metadata is, if not at the addresses that the specifications derive from its name: for networks in which the issuer has another name inside than outside, and for redirects, which are not followed. The document has to name the issuer all the same. For the issuer of AUTH0_DOMAIN or ISSUER_BASE_URL alone, not for ADDITIONAL_ISSUERS.",
    schema: values.documentUrl,
    example: 'https://keycloak.internal:8443/realms/example/.well-known/openid-configuration',
  }),
  JWKS_URL: setting({
    description:
      "Where the issuer's public keys are, in place of the jwks_uri of its metadata. Whoever answers there can sign tokens of the issuer. For the issuer of AUTH0_DOMAIN or ISSUER_BASE_URL alone, not for ADDITIONAL_ISSUERS.",
    schema: values.documentUrl,
    example: 'https://keycloak.internal:8443/realms/example/protocol/openid-connect/certs',
  }),
  KEYS_STALE_HOURS: setting({
    description:
      "How old the issuer's keys and metadata may get while it cannot be reached, in hours. Then requests are answered 503.",
    schema: values.integerBetween(1, 720),
    example: '24',
    fallback: `${ISSUER_DEFAULTS.keysStaleMs / 3_600_000}`,
  }),
} as const satisfies Record<string, Setting<unknown>>
