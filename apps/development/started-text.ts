import type { Trio } from './trio.js'

/** What `npm start` tells a person: what runs where, and what to do next. */
export function startedText({ issuer, endpoint, apiUrl }: Trio): string {
  const claude = {
    mcpServers: {
      'on-behalf-of': { command: 'npx', args: ['-y', 'mcp-remote', endpoint.href] },
    },
  }
  return `
mcp-on-behalf-of, development set-up. Everything runs on this machine; nothing is stored.

  MCP server             ${endpoint.href}
  protected API          ${apiUrl.href}
  authorization server   ${issuer}   (signs in alice, bob and carol without a password)

MCP Inspector:
  npx -y @modelcontextprotocol/inspector --transport http --server-url ${endpoint.href}

Claude Desktop, in claude_desktop_config.json:
${JSON.stringify(claude, undefined, 2).replace(/^/gm, '  ')}

curl, with a token for alice (in a second terminal):
  TOKEN=$(npm run --silent token -- --user alice)
  curl -sS ${endpoint.href} -H "Authorization: Bearer $TOKEN" \\
    -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\
    -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"greet","arguments":{"name":"Alice"}}}'

Alice may use every tool, bob only whoami, carol only get_datetime. Ctrl-C stops all three.

`
}
