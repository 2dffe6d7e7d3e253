import { clientSnippets, curlSnippet } from '../../src/pages/client-snippets.js'
import { SERVER_NAME } from '../../src/version.js'
import { tokenCommand } from './token-command.js'
import type { DevelopmentStack } from './start-stack.js'

/** What `npm start` tells a person: what runs where, and what to do next. */
export function startedText({ issuer, endpoint, apiUrl, homePage }: DevelopmentStack): string {
  const { claudeDesktop, inspector } = clientSnippets(endpoint, SERVER_NAME)
  const greet = { name: 'greet', arguments: { name: 'Alice' } }
  const callGreet = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: greet }
  return `
mcp-on-behalf-of, development set-up. Everything runs on this machine; nothing is stored.

  MCP server             ${endpoint.href}
  protected API          ${apiUrl.href}
  authorization server   ${issuer}   (signs in alice, bob and carol without a password)
${homePage === undefined ? '' : `  how to connect         ${homePage.href}   (a page for your browser)\n`}
MCP Inspector (asks for Node 22.19 or newer):
${indented(inspector)}

Claude Desktop, in claude_desktop_config.json:
${indented(claudeDesktop)}

curl, with a token for alice (in a second terminal):
${indented(tokenCommand(issuer, endpoint.href))}
${indented(curlSnippet(endpoint, callGreet))}

Alice may use every tool, bob whoami and get_datetime, carol get_datetime alone (it needs no permission).
Ctrl-C stops all three.

`
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}
