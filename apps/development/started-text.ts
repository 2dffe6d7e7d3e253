import { clientSnippets, curlSnippet } from '../../src/pages/client-snippets.js'
import { SERVER_NAME } from '../../src/version.js'
import { startedDirectoryText } from './started-directory-text.js'
import type { RunningMcpServer } from './attach-mcp-server.js'
import type { RunningDirectory } from './start-directory.js'
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
function toolsText(tools: KnownTools & Pick<RunningDirectory, 'apis'>): string {
  const { apis, demoTools, ownDocument } = tools
  const text = toolsSentence(tools, apis[0] ?? '')
  if (ownDocument !== undefined) return text
  const [bob, carol] = demoTools ? ['whoami, and ', 'get_datetime and '] : ['', '']
  return `${text}
Alice may use every tool; bob ${bob}those that read trips and bookings; carol ${carol}listPlaces, which ${demoTools ? 'need' : 'needs'} no permission.`
}

type KnownTools = Pick<RunningMcpServer, 'demoTools' | 'ownDocument'>

/** Says which tools there are. */
export function toolsSentence({ demoTools, ownDocument }: KnownTools, apiUrl: string): string {
  const document = ownDocument ?? new URL('openapi.yaml', apiUrl).href
  const demonstration = demoTools ? 'whoami, greet, get_datetime, and ' : ''
  return `The tools are ${demonstration}one for each operation of ${document}.`
}
