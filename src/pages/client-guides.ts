import { isLoopback } from '../http/secure-url.js'
import { html, type Html } from './html.js'
import { clientSnippets } from './client-snippets.js'

/** How one client is connected. */
export interface ClientGuide {
  /** For links within the page. */
  readonly id: string
  readonly client: string
  readonly steps: readonly ClientStep[]
}

export interface ClientStep {
  readonly how: Html
  readonly snippet: string
}

/** What the guides are about. */
export interface ClientGuidesOptions {
  readonly endpoint: URL
  /** What the clients are to call the server. */
  readonly name: string
  /** The shell line that puts an access token into `TOKEN`, where there is one. */
  readonly tokenCommand?: string | undefined
}

/**
 * Says for each client what to do, with the server's URL in place.
 *
 * At an address of one machine, the clients that reach it come first, and the one that cannot comes last.
 */
export function clientGuides(options: ClientGuidesOptions): readonly ClientGuide[] {
  const { endpoint, name } = options
  const { claudeDesktop, claudeCode, vsCode, inspector } = clientSnippets(endpoint, name)
  const hosted = guide('claude', 'Claude', [claude(endpoint), endpoint.href])
  const desktop = guide('claude-desktop', 'Claude Desktop', [CLAUDE_DESKTOP, claudeDesktop])
  const others = [
    guide('claude-code', 'Claude Code', [CLAUDE_CODE, claudeCode]),
    guide('vs-code', 'VS Code', [VS_CODE, vsCode]),
    guide('mcp-inspector', 'MCP Inspector', [INSPECTOR, inspector]),
    curl(options),
  ]
  return isLoopback(endpoint) ? [...others, desktop, hosted] : [hosted, desktop, ...others]
}

function curl({ endpoint, name, tokenCommand }: ClientGuidesOptions): ClientGuide {
  const { curlChallenge, curlListTools } = clientSnippets(endpoint, name)
  return guide(
    'curl',
    'curl',
    [CURL_CHALLENGE, curlChallenge],
    ...(tokenCommand === undefined ? [] : [[CURL_TOKEN, tokenCommand] as const]),
    [CURL_LIST_TOOLS, curlListTools],
  )
}

function guide(
  id: string,
  client: string,
  ...steps: readonly (readonly [Html, string])[]
): ClientGuide {
  return { id, client, steps: steps.map(([how, snippet]) => ({ how, snippet })) }
}

function claude(endpoint: URL): Html {
  const reach = isLoopback(endpoint)
    ? html`Claude connects from the internet, so <strong>it cannot reach this address</strong>,
        which is on one machine alone.`
    : html`Claude connects from the internet, so the server has to be reachable from there.`
  return html`Under <em>Settings</em>, <em>Connectors</em>, choose <em>Add custom connector</em> and
    give it this URL. ${reach}`
}

const CLAUDE_DESKTOP = html`Where a connector cannot reach the server, a bridge on your machine can.
  Add it to <code>claude_desktop_config.json</code>, then start Claude Desktop anew.`

const CLAUDE_CODE = html`Run this, then sign in with <code>/mcp</code> in a session.`

const VS_CODE = html`Save this as <code>.vscode/mcp.json</code>. VS Code asks you to sign in when
  the server starts.`

const INSPECTOR = html`Shows a developer what the server offers and answers. It asks for Node 22.19
or newer.`

const CURL_CHALLENGE = html`Without a token the answer is 401, and its
  <code>WWW-Authenticate</code> says where to sign in.`

const CURL_TOKEN = html`In the folder of the project, this gets an access token for a user of the
development set-up, without a browser.`

const CURL_LIST_TOOLS = html`With an access token for this server in <code>TOKEN</code>, this lists
  your tools.`
