import { isLoopback } from '../identity/secure-url.js'
import { html, type Html } from '../web-page/html.js'
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

/** Says for each client what to do, with the server's URL in place. */
export function clientGuides(endpoint: URL, name: string): readonly ClientGuide[] {
  const snippets = clientSnippets(endpoint, name)
  return [
    { id: 'claude', client: 'Claude', steps: [claude(endpoint)] },
    {
      id: 'claude-desktop',
      client: 'Claude Desktop',
      steps: [
        {
          how: html`Where a connector cannot reach the server, a bridge on your machine can. Add it
            to <code>claude_desktop_config.json</code>, then start Claude Desktop anew.`,
          snippet: snippets.claudeDesktop,
        },
      ],
    },
    {
      id: 'claude-code',
      client: 'Claude Code',
      steps: [
        {
          how: html`Run this, then sign in with <code>/mcp</code> in a session.`,
          snippet: snippets.claudeCode,
        },
      ],
    },
    {
      id: 'vs-code',
      client: 'VS Code',
      steps: [
        {
          how: html`Save this as <code>.vscode/mcp.json</code>. VS Code asks you to sign in when the
            server starts.`,
          snippet: snippets.vsCode,
        },
      ],
    },
    {
      id: 'mcp-inspector',
      client: 'MCP Inspector',
      steps: [
        {
          how: html`Shows a developer what the server offers and answers.`,
          snippet: snippets.inspector,
        },
      ],
    },
    {
      id: 'curl',
      client: 'curl',
      steps: [
        {
          how: html`Without a token the answer is 401, and its <code>WWW-Authenticate</code> says
            where to sign in.`,
          snippet: snippets.curlChallenge,
        },
        {
          how: html`With an access token for this server in <code>TOKEN</code>, this lists your
            tools.`,
          snippet: snippets.curlListTools,
        },
      ],
    },
  ]
}

function claude(endpoint: URL): ClientStep {
  const reach = isLoopback(endpoint)
    ? html`Claude connects from the internet, so <strong>it cannot reach this address</strong>,
        which is on one machine alone.`
    : html`Claude connects from the internet, so the server has to be reachable from there.`
  return {
    how: html`Under <em>Settings</em>, <em>Connectors</em>, choose <em>Add custom connector</em> and
      give it this URL. ${reach}`,
    snippet: endpoint.href,
  }
}
