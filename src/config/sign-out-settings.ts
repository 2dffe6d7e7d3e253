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
