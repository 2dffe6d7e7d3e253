import { isLoopback } from '../http/secure-url.js'

/** What a person pastes into a client to connect it with one server. */
export interface ClientSnippets {
  /** `claude_desktop_config.json`, over the `mcp-remote` bridge. */
  readonly claudeDesktop: string
  readonly claudeCode: string
  /** `.vscode/mcp.json`. */
  readonly vsCode: string
  readonly inspector: string
  /** Shows the challenge that a request without a token gets. */
  readonly curlChallenge: string
  /** Lists the tools, with a token in the shell's `TOKEN`. */
  readonly curlListTools: string
}

/**
 * Writes the snippets for the MCP endpoint at `endpoint`; `name` is what the clients are to call the server.
 *
 * The URL is quoted where a shell would read something into it.
 */
export function clientSnippets(endpoint: URL, name: string): ClientSnippets {
  const { href } = endpoint
  const url = shellWord(href)
  const key = configurationKey(name)
  // The bridge refuses plain http beyond this machine unless it is told otherwise.
  const allowHttp = endpoint.protocol === 'http:' && !isLoopback(endpoint) ? ['--allow-http'] : []
  return {
    claudeDesktop: json({
      mcpServers: { [key]: { command: 'npx', args: ['-y', 'mcp-remote', href, ...allowHttp] } },
    }),
    claudeCode: `claude mcp add --transport http ${key} ${url}`,
    vsCode: json({ servers: { [key]: { type: 'http', url: href } } }),
    inspector: `npx -y @modelcontextprotocol/inspector@2 --transport http --server-url ${url}`,
    curlChallenge: `curl -i ${url}`,
    curlListTools: curlSnippet(endpoint, { jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  }
}

/** Writes the curl command that sends one MCP message, with a token in the shell's `TOKEN`. */
export function curlSnippet(endpoint: URL, message: object): string {
  return `curl -sS ${shellWord(endpoint.href)} -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\
  -d ${quoted(JSON.stringify(message))}`
}

/** A name that every client takes: Claude Code allows letters, digits, hyphens and underscores. */
function configurationKey(name: string): string {
  const key = name.replace(/[^A-Za-z0-9_]+/g, '-').replace(/^-+|-+$/g, '')
  return key === '' ? 'mcp-server' : key
}

function json(value: object): string {
  return JSON.stringify(value, undefined, 2)
}

function shellWord(text: string): string {
  return /^[\w:/.,@%+=-]+$/.test(text) ? text : quoted(text)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
