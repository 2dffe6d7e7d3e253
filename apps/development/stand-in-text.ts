import { clientSnippets, curlSnippet } from '../../src/pages/client-snippets.js'
import { SERVER_NAME } from '../../src/version.js'
import type { RunningStandInStack } from './start-stand-in.js'
import { toolsSentence } from './started-text.js'
import { indented } from './text-parts.js'
import { tokenCommand } from './token-command.js'

/** What the development set-up with a stand-in tells a person: what runs where, what it is not, and what to do next. */
export function standInText(
  { standIn, mcpServer, apiUrl }: RunningStandInStack,
  { tokenProgram: program }: { readonly tokenProgram: string },
): string {
  const { endpoint, page, demoTools } = mcpServer
  const { inspector } = clientSnippets(endpoint, SERVER_NAME)
  const greet = { name: 'greet', arguments: { name: 'Alice' } }
  const call = demoTools ? { method: 'tools/call', params: greet } : { method: 'tools/list' }
  const issuer = `${standIn.origin}/`
  const token = tokenCommand({ program, username: 'alice', issuer, resource: endpoint.href })
  return `
mcp-on-behalf-of, development set-up with a stand-in for ${standIn.title}.
The stand-in is written from public documents and was never compared with the real service.
Everything runs on this machine; nothing is stored.

  MCP server             ${endpoint.href}
  protected API          ${apiUrl}
  stand-in               ${standIn.issuer}   (signs in alice and bob without a password)
${page === undefined ? '' : `  how to connect         ${page.href}   (a page for your browser)\n`}
MCP Inspector (asks for Node 22.19 or newer):
${indented(inspector)}
${clientIdHint(standIn)}

curl, with a token for alice (in a second terminal):
${indented(token)}
${indented(curlSnippet(endpoint, { jsonrpc: '2.0', id: 1, ...call }))}

${toolsSentence(mcpServer, apiUrl)}
Every user gets the scopes that a client asks for. The sign-in page has further users, for whom every exchange is refused.
Ctrl-C stops all three.

`
}

function clientIdHint({ registers, title, clientId }: RunningStandInStack['standIn']): string {
  return registers
    ? `Clients register themselves, or use the client id ${clientId}.`
    : `${title} lets no client register itself: give the client the id ${clientId}, without a secret.`
}
