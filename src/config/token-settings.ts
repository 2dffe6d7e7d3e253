import { TOKEN_DEFAULTS } from '../identity/token-defaults.js'
import { setting, type Setting } from './setting.js'
import * as values from './values.js'

/** How the tokens of clients are read, where the authorization server has habits of its own. */
export const TOKEN_SETTINGS = {
  TOKEN_AUDIENCE: setting({
    description:
      'The `aud` of the tokens for this server, byte for byte, where the authorization server writes something else than AUTH0_AUDIENCE (Entra: the id of the application). Clients go on asking for AUTH0_AUDIENCE.',
    schema: values.identifier,
    absent: 'MCP_AUTH0_CLIENT_ID for Entra, else AUTH0_AUDIENCE',
    example: '11111111-2222-3333-4444-555555555555',
  }),
  TOLERATED_AUDIENCES: setting({
    description:
      "Audiences that may stand beside ours in a token, separated by spaces or commas: only what accepts no such token. MCP_AUTH0_CLIENT_ID and /userinfo of every issuer always may. With Auth0's custom domain alone as the issuer, name /userinfo of the tenant's own domain here.",
    schema: values.nameList,
    example: 'https://example.eu.auth0.com/userinfo',
    fallback: '',
  }),
  USER_CLAIM: setting({
    description:
      "The name of a claim that every user's token has and no machine's. A token without it is refused. Machines are also known by their marks, see docs/security.md.",
    schema: values.claimName,
    absent: '`scp` for Entra, `uid` for Okta, else none is wanted',
    example: 'email',
  }),
  SUBJECT_CLAIMS: setting({
    description:
      'The claims that together name a user, whichever client a token is for, separated by spaces or commas. A token without one of them is refused, and an exchanged token has to have the same values.',
    schema: values.userClaimNames,
    absent: '`oid tid` for Entra, `uid` for Okta, else `sub`',
    example: 'oid tid',
  }),
  CLIENT_CLAIM: setting({
    description:
      'The claim that names the OAuth client of a token, in place of the first of `client_id`, `azp`, `cid` and `appid`.',
    schema: values.claimName,
    example: 'azp',
  }),
  SCOPE_CLAIM: setting({
    description:
      'The claim at the top level of the token that holds the scopes of a user, text or list, in place of `scope` and `scp`: for authorization servers that cannot write scopes per user into `scope`. A token without that claim has no scopes. No step-up is offered then, since clients cannot ask for what is assigned; set MCP_BASELINE_SCOPES to what they may ask for, such as openid.',
    schema: values.claimName,
    example: 'mcp_tool_scopes',
  }),
  SCOPE_PREFIX: setting({
    description:
      "What the authorization server wants in front of this server's scopes (Entra: the Application ID URI; Cognito: the identifier of the resource server). Metadata and challenges have it; a token passes with and without. Joined by a slash where it ends in a letter or a digit.",
    schema: values.scopePrefix,
    absent: 'AUTH0_AUDIENCE for Entra, else nothing',
    example: 'api://11111111-2222-3333-4444-555555555555',
  }),
  CLOCK_TOLERANCE_SECONDS: setting({
    description:
      "How far this machine's clock and the authorization server's may be apart, in seconds, 0 to 60: for `exp` and `nbf`.",
    schema: values.integerBetween(0, 60),
    example: '5',
    fallback: `${TOKEN_DEFAULTS.clockToleranceSeconds}`,
  }),
  VERIFIED_TOKEN_CACHE_ENTRIES: setting({
    description:
      'How many verified tokens of clients are kept, so that each signature is checked once; 0 checks it with every request. docs/performance.md says how much memory an entry takes.',
    schema: values.integerBetween(0, 10_000_000),
    example: '100000',
    fallback: `${TOKEN_DEFAULTS.verifiedTokenCacheEntries}`,
  }),
} as const satisfies Record<string, Setting<unknown>>
