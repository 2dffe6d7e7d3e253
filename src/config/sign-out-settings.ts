import { setting, type Setting } from './setting.js'
import * as values from './values.js'

/** How this server hears that users have signed out, so that their tokens count no more. */
export const SIGN_OUT_SETTINGS = {
  BACKCHANNEL_LOGOUT_CLIENTS: setting({
    description:
      'The client ids of the applications through which users sign in: of the MCP clients, since an authorization server sends logout tokens to these. With it, this server takes OpenID Connect back-channel logout tokens at /backchannel-logout beside /mcp. Enter that address at each of the applications.',
    schema: values.nameList,
    example: 'client-id-of-the-mcp-client',
    absent: 'none are taken',
  }),
  SHARED_SIGNALS_ISSUER: setting({
    description:
      'The transmitter of a Shared Signals stream (Okta, Keycloak and others), as its events name it in iss. With it, this server takes security events at /shared-signals beside /mcp, by push (RFC 8935), and signs out users whose sessions were revoked, or whose credentials or claims have changed. Its keys are found by /.well-known/ssf-configuration. Needs SHARED_SIGNALS_AUDIENCE.',
    schema: values.issuerUrl,
    example: 'https://example.okta.com',
    absent: 'none are taken',
  }),
  SHARED_SIGNALS_AUDIENCE: setting({
    description: 'What the events of the stream have in aud.',
    schema: values.text,
    example: 'https://mcp.example.com/shared-signals',
    absent: 'none; needed with `SHARED_SIGNALS_ISSUER`',
  }),
  SHARED_SIGNALS_JWKS_URL: setting({
    description:
      'Where the keys of the transmitter are, if not where /.well-known/ssf-configuration says.',
    schema: values.documentUrl,
    example: 'https://example.okta.com/oauth2/v1/keys',
    absent: 'found by the metadata of the transmitter',
  }),
  SHARED_SIGNALS_TOKEN: setting({
    description:
      'The bearer token that the transmitter has to send with each event. Enter it at the stream too. Or SHARED_SIGNALS_TOKEN_FILE.',
    schema: values.longSecret,
    example: '…',
    secret: true,
    absent: 'none has to be sent; the signature is checked in any case',
  }),
  SESSION_CLAIM: setting({
    description:
      "The claim of access tokens that names the session at the authorization server, as `sid` of a logout token does. A sign-out of one session ends the tokens that name it, and the user's tokens that name none.",
    schema: values.claimName,
    example: 'https://example.com/sid',
    fallback: 'sid',
  }),
  TOKEN_LIFE_HOURS: setting({
    description:
      'How long a sign-out is kept, in hours: as long as the longest access token for this server may live. Where tokens live longer, a user who has signed out gets in again with one.',
    schema: values.integerBetween(1, 8_784),
    example: '48',
    fallback: '24',
  }),
} as const satisfies Record<string, Setting<unknown>>
