import type { Remedy, ScriptedClient } from './scripted-client.js'

const BOTH = ['sign-in', 'step-up'] as const

const CLAUDE = {
  registers: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
  redirectUris: ['https://claude.ai/api/mcp/auth_callback'],
} as const

const CHATGPT = {
  redirectUris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
  scopes: 'authorization_server',
  stepsUp: 'tool_result',
} as const

const CLIENTS_OF_OPENAI: Remedy = {
  scenario: 'sign-in',
  setting: 'PERMISSION_CLIENTS',
  value: 'https://chatgpt.com/oauth/',
}

const PERMISSIONS_ALONE: Remedy = {
  scenario: 'sign-in',
  setting: 'AUTHORIZATION_CLAIMS',
  value: 'permissions',
}

/** Clients that cannot be run here, each a row of what is reported of it. */
export const SCRIPTED_CLIENTS: readonly ScriptedClient[] = [
  {
    name: 'Claude, hosted',
    like: 'claude',
    reported: 'a proxy of it accepts `text/event-stream` alone',
    threads: ['modelcontextprotocol/python-sdk#2349', 'anthropics/claude-ai-mcp#706'],
    behaviour: { ...CLAUDE, accept: 'text/event-stream' },
    scenarios: BOTH,
  },
  {
    name: 'Claude, hosted, when it ignores the metadata',
    like: 'claude',
    reported: 'goes to `/authorize` of the MCP server’s host instead of the authorization server',
    threads: ['anthropics/claude-ai-mcp#82', 'anthropics/claude-ai-mcp#341'],
    behaviour: { ...CLAUDE, authorizationServer: 'mcp_host' },
    scenarios: ['sign-in'],
  },
  {
    name: 'Claude Code',
    like: 'claude-code',
    reported: 'replaces its scopes by those of a challenge, instead of adding',
    threads: ['anthropics/claude-code#28258', 'anthropics/claude-code#68720'],
    behaviour: { keepsScopes: false },
    scenarios: BOTH,
  },
  {
    name: 'Claude Code, when it ignores 403',
    like: 'claude-code',
    reported: 'does not sign in again for a 403 `insufficient_scope`',
    threads: ['anthropics/claude-code#44652', 'anthropics/claude-code#73712'],
    behaviour: { stepsUp: 'never' },
    scenarios: BOTH,
  },
  {
    name: 'Claude Code, many calls at a time',
    like: 'claude-code',
    reported: 'refreshes once for each of its calls, with one refresh token',
    threads: ['anthropics/claude-code#84440', 'anthropics/claude-code#74250'],
    behaviour: { parallelCalls: 5 },
    scenarios: ['sign-in', 'expiry'],
  },
  {
    name: 'ChatGPT, by metadata document',
    like: 'chatgpt',
    reported:
      'takes its scopes from the authorization server’s metadata; acts on challenges in tool results, not on 403',
    threads: ['openai/codex#15643', 'mcp-use/mcp-use#2602', 'mcp-use/mcp-use#2611'],
    behaviour: { ...CHATGPT, registers: 'https://chatgpt.com/oauth/client.json' },
    scenarios: ['sign-in'],
    remedies: [CLIENTS_OF_OPENAI],
  },
  {
    name: 'ChatGPT, by dynamic registration',
    like: 'chatgpt',
    reported: 'the same, with another client id for each connection',
    threads: ['linuxfoundation/lfx-mcp#136', 'upstash/context7#2958'],
    behaviour: CHATGPT,
    scenarios: ['sign-in'],
    remedies: [PERMISSIONS_ALONE],
  },
  {
    name: 'Codex',
    like: 'codex',
    reported:
      'takes its scopes from the authorization server’s metadata, and does not ask for more',
    threads: ['openai/codex#15643', 'openai/codex#35253', 'linuxfoundation/lfx-mcp#136'],
    behaviour: {
      registers: 'https://chatgpt.com/oauth/codex/7f3a9c/client.json',
      scopes: 'authorization_server',
      stepsUp: 'never',
    },
    scenarios: ['sign-in'],
    remedies: [CLIENTS_OF_OPENAI],
  },
  {
    name: 'VS Code',
    like: 'vscode',
    reported:
      'compares `resource` with the URL; drops tools whose schema has a union at the top or an enum member twice',
    threads: ['microsoft/vscode#255255', 'microsoft/vscode#321249'],
    behaviour: { dropsTools: true },
    scenarios: BOTH,
  },
  {
    name: 'Cursor',
    like: 'cursor',
    reported: 'registers three redirect URIs, one of them of its own scheme',
    threads: ['bytebase/bytebase#20510', 'makeplane/plane-mcp-server#159'],
    behaviour: {
      redirectUris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
    },
    scenarios: BOTH,
  },
  {
    name: 'Gemini CLI',
    like: 'sdk-v1',
    reported: 'accepts `application/json` alone',
    threads: ['honojs/middleware#1773'],
    behaviour: { accept: 'application/json' },
    scenarios: BOTH,
  },
  {
    name: 'Java SDK',
    like: 'sdk-v1',
    reported: 'accepts `text/event-stream` alone',
    threads: ['honojs/middleware#1773'],
    behaviour: { accept: 'text/event-stream' },
    scenarios: BOTH,
  },
  {
    name: 'clients with httpx or curl',
    like: 'sdk-v1',
    reported: 'accept `*/*`',
    threads: ['honojs/middleware#1773', 'modelcontextprotocol/python-sdk#1641'],
    behaviour: { accept: '*/*' },
    scenarios: BOTH,
  },
  {
    name: 'Grok, and others that take RFC 9728 literally',
    like: 'strict',
    reported: 'compares `resource` with the URL, byte for byte',
    threads: ['exa-labs/exa-mcp-server#387'],
    behaviour: {},
    scenarios: BOTH,
  },
  {
    name: 'Cline',
    like: 'sdk-v1',
    reported: 'adds `task_progress` to the arguments of every tool',
    threads: ['cline/cline#8256', 'cline/cline#10426', 'cline/cline#9684'],
    behaviour: { noArguments: { task_progress: '- [ ] call the tool' } },
    scenarios: ['sign-in'],
  },
  {
    name: 'clients in Go, Java or C#',
    like: 'sdk-v1',
    reported: 'send `null` where a call has no arguments',
    threads: ['modelcontextprotocol/typescript-sdk#2012'],
    behaviour: { noArguments: null },
    scenarios: ['sign-in'],
  },
  {
    name: 'clients that send no `resource`',
    like: 'sdk-v1',
    reported: 'ask for a token without saying for which server',
    threads: ['anthropics/claude-code#90497', 'google/adk-python#2534'],
    behaviour: { sendsResource: false },
    scenarios: ['sign-in'],
  },
  {
    name: 'clients at Entra ID',
    like: 'sdk-v1',
    at: 'entra',
    reported: 'ask for the scopes as the server writes them',
    threads: ['anthropics/claude-code#73460'],
    behaviour: { registers: 'by_hand', redirectUris: ['http://localhost/callback'] },
    scenarios: ['sign-in'],
  },
  {
    name: 'clients at Entra ID with bare scopes',
    like: 'sdk-v1',
    at: 'entra',
    reported: 'ask for scopes without the Application ID URI in front',
    threads: ['anthropics/claude-code#73460', 'microsoft/Dataverse-MCP#15'],
    behaviour: {
      registers: 'by_hand',
      redirectUris: ['http://localhost/callback'],
      scopes: 'bare',
    },
    scenarios: ['sign-in'],
  },
]
