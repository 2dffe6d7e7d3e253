// A web application with the official client inside: it runs in the browser alone, so every request of it, to the
// MCP server and to the authorization server, is subject to CORS.
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'

const { document, location, sessionStorage } = globalThis
const here = new globalThis.URL(location.href)
const kept = (key) => JSON.parse(sessionStorage.getItem(key) ?? 'null') ?? undefined
const keep = (key, value) => sessionStorage.setItem(key, JSON.stringify(value))
if (here.searchParams.has('endpoint')) {
  keep('settings', {
    endpoint: here.searchParams.get('endpoint'),
    mode: here.searchParams.get('mode'),
  })
}
const settings = kept('settings')

const redirectUrl = `${here.origin}/`
const authProvider = {
  redirectUrl,
  clientMetadata: {
    client_name: 'Web page',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  state() {
    const state = globalThis.crypto.randomUUID()
    keep('state', state)
    return state
  },
  clientInformation: () => kept('client'),
  saveClientInformation: (client) => keep('client', client),
  tokens: () => kept('tokens'),
  saveTokens: (tokens) => keep('tokens', tokens),
  codeVerifier: () => kept('verifier'),
  saveCodeVerifier: (verifier) => keep('verifier', verifier),
  discoveryState: () => kept('discovery'),
  saveDiscoveryState: (discovery) => keep('discovery', discovery),
  redirectToAuthorization: (url) => location.assign(url),
}

async function main() {
  const endpoint = new globalThis.URL(settings.endpoint)
  const transport = new StreamableHTTPClientTransport(endpoint, { authProvider })
  if (here.searchParams.has('code')) {
    if (here.searchParams.get('state') !== kept('state')) throw new Error('a foreign state')
    await transport.finishAuth(here.searchParams)
  }
  const client = new Client(
    { name: 'web-page', version: '1.0.0' },
    { versionNegotiation: { mode: settings.mode } },
  )
  await client.connect(transport)
  const { tools } = await client.listTools()
  document.querySelector('#tools').textContent = tools.map(({ name }) => name).join(' ')
  const { content } = await client.callTool({ name: 'greet', arguments: { name: 'Alice' } })
  document.querySelector('#answer').textContent = content.map(({ text }) => text).join('\n')
}

main().catch((error) => {
  // The browser is on its way to the authorization server.
  if (error instanceof UnauthorizedError) return
  document.querySelector('#answer').textContent = `Failed: ${error.stack}`
})
