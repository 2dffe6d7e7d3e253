import { CHALLENGE_RESULT_CLIENTS } from '../identity/client-list.js'
import { clientListOrNone } from './client-values.js'
import { setting, type Setting } from './setting.js'
import * as values from './values.js'

/** What clients are told that do not act on HTTP errors, or cannot choose their scopes. */
export const CLIENT_SETTINGS = {
  CHALLENGE_RESULT_CLIENTS: setting({
    description:
      'Clients that get the refusal of a tool call as the result of the tool, with the challenge in `_meta["mcp/www_authenticate"]`, since they do not act on HTTP errors: client ids as they stand in the token, or https://host/path/ for client documents below it, separated by spaces or commas. Replaces the default, which is that of ChatGPT and Codex: name it again to add to it. none: every client gets HTTP errors.',
    schema: clientListOrNone,
    example: 'https://chatgpt.com/oauth/ my-client',
    fallback: CHALLENGE_RESULT_CLIENTS.join(' '),
  }),
  TOOL_SECURITY_SCHEMES: setting({
    description:
      'Whether tools/list says in `_meta.securitySchemes` which scopes each tool needs (MCP SEP-1488). ChatGPT reads it there, to know what to ask for.',
    schema: values.oneOf('on', 'off'),
    example: 'on',
    fallback: 'on',
  }),
  STRUCTURED_DENIALS: setting({
    description:
      'Whether the results of refused tool calls say if anything helps (SEP-2643, a draft): `_meta["io.modelcontextprotocol/authorization"]`. on: every client gets a result, and not HTTP 403, where the user lacks a permission.',
    schema: values.oneOf('on', 'off'),
    example: 'off',
    fallback: 'off',
  }),
} as const satisfies Record<string, Setting<unknown>>
