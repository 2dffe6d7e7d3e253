import { ACCESS_DEFAULTS } from '../tools/access.js'
import { clientList } from './client-values.js'
import { toolList } from './tool-name-values.js'
import { setting, type Setting } from './setting.js'
import * as values from './values.js'

/** Who may use which tool. */
export const ACCESS_SETTINGS = {
  MCP_BASELINE_SCOPES: setting({
    description:
      'The scopes that a client is told to ask for at sign-in, separated by spaces or commas. Name fewer than those of all tools only if your clients ask for more when a tool needs it.',
    schema: values.scopeList,
    example: 'tool:whoami tool:greet',
    absent:
      'the scopes of all tools; with an OpenAPI document those of the tools that only read, and of all others that are not from a document',
  }),
  AUTHORIZATION_CLAIMS: setting({
    description:
      "Which claim decides about a tool. both: `scope` must grant it, and where the token has `permissions` (Auth0's RBAC) they must allow it. scope: `permissions` are ignored. permissions: they alone decide, whatever the user let the client do.",
    schema: values.oneOf('both', 'scope', 'permissions'),
    example: 'both',
    fallback: ACCESS_DEFAULTS.authorizationClaims,
  }),
  PERMISSION_CLIENTS: setting({
    description:
      'Clients that cannot ask for scopes: for these alone the `permissions` of the user decide, as with AUTHORIZATION_CLAIMS=permissions. Client ids as they stand in the token, or https://host/path/ for client documents below it, separated by spaces or commas.',
    schema: clientList,
    example: 'https://chatgpt.com/oauth/',
    fallback: '',
  }),
  SCOPE_HIERARCHY: setting({
    description:
      'Scopes that include others, as scope=included,included; the entries separated by spaces alone. Holds for `permissions` too.',
    schema: values.scopeHierarchy,
    example: 'tool:admin=tool:greet,tool:whoami',
    fallback: '',
  }),
  LOCKED_TOOLS: setting({
    description:
      "Whether tools/list shows tools that the token's scopes do not cover but a step-up would unlock. hide or show. show_without_scopes: to a token that has no scope of this server at all, with a line on what each tool lacks, so that nobody wonders about an empty list. Tools that the user's permissions rule out are always hidden.",
    schema: values.oneOf('hide', 'show', 'show_without_scopes'),
    example: 'hide',
    absent:
      '`show_without_scopes`; with an OpenAPI document `show`, so that a client sees what a step-up can unlock',
  }),
  STEP_UP_SCOPES: setting({
    description:
      "What a step-up asks for. union: the operation's scopes and those the token has, since many clients replace their scopes. required: the operation's alone. With SCOPE_CLAIM there is no step-up.",
    schema: values.oneOf('union', 'required'),
    example: 'union',
    fallback: ACCESS_DEFAULTS.stepUpScopes,
  }),
  PUBLIC_TOOLS: setting({
    description:
      'Tools that anybody may list and call without a token, separated by spaces or commas; everything else still needs one. Only tools that need no user can be: they call no API and need no scopes. A client that finds them may never ask its user to sign in. Empty: none.',
    schema: toolList,
    example: 'get_datetime',
    fallback: '',
  }),
} as const satisfies Record<string, Setting<unknown>>
