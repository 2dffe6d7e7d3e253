import { clientSnippets, curlSnippet } from '../../src/pages/client-snippets.js'
import { SERVER_NAME } from '../../src/version.js'
import { startedDirectoryText } from './started-directory-text.js'
import type { RunningDirectory, RunningMcpServer } from './start-directory.js'
import { indented, usersOf } from './text-parts.js'
import { tokenCommand } from './token-command.js'

export interface StartedTextOptions {
  /** The file of the directory, if it is not that of the project. */
  readonly file: string | undefined
  /** What starts the token program: `npm run --silent token --`. */
  readonly tokenProgram: string
}

/** What the development set-up tells a person: what runs where, and what to do next. */
export function startedText(running: RunningDirectory, options: StartedTextOptions): string {
  const { mcpServer } = running
  const { file, tokenProgram } = options
  if (file !== undefined || typeof mcpServer === 'string') {
    return startedDirectoryText(running, { file: file ?? 'directory.json', tokenProgram })
  }
  return projectText(running, mcpServer, tokenProgram)
}

function projectText(
  { issuer, apis, directory }: RunningDirectory,
  { endpoint, page, demoTools, ownDocument }: RunningMcpServer,
  program: string,
): string {
  const { claudeDesktop, inspector } = clientSnippets(endpoint, SERVER_NAME)
  const greet = { name: 'greet', arguments: { name: 'Alice' } }
  const call = demoTools ? { method: 'tools/call', params: greet } : { method: 'tools/list' }
  const token = tokenCommand({ program, username: 'alice', issuer, resource: endpoint.href })
  return `
mcp-on-behalf-of, development set-up. Everything runs on this machine; nothing is stored.

  MCP server             ${endpoint.href}
  protected API          ${apis.join(', ')}
  authorization server   ${issuer}   (signs in ${usersOf(directory)} without a password)
${page === undefined ? '' : `  how to connect         ${page.href}   (a page for your browser)\n`}
MCP Inspector (asks for Node 22.19 or newer):
${indented(inspector)}

Claude Desktop, in claude_desktop_config.json:
${indented(claudeDesktop)}

curl, with a token for alice (in a second terminal):
${indented(token)}
${indented(curlSnippet(endpoint, { jsonrpc: '2.0', id: 1, ...call }))}

${toolsText({ apis, demoTools, ownDocument })}
Ctrl-C stops all three.

`
}

/** Who may use what is known for the document of the project's API alone. */
function toolsText({
  apis,
  demoTools,
  ownDocument,
}: Pick<RunningDirectory, 'apis'> & Omit<RunningMcpServer, 'endpoint' | 'page'>): string {
  const document = ownDocument ?? new URL('openapi.yaml', apis[0]).href
  const demonstration = demoTools ? 'whoami, greet, get_datetime, and ' : ''
  const tools = `The tools are ${demonstration}one for each operation of ${document}.`
  if (ownDocument !== undefined) return tools
  const [bob, carol] = demoTools ? ['whoami, and ', 'get_datetime and '] : ['', '']
  return `${tools}
Alice may use every tool; bob ${bob}those that read trips and bookings; carol ${carol}listPlaces, which ${demoTools ? 'need' : 'needs'} no permission.`
}
