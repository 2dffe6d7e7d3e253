/** The least that makes a configuration, with an issuer by its URL. */
export const LEAST = {
  ISSUER_BASE_URL: 'https://issuer.example/',
  AUTH0_AUDIENCE: 'http://localhost:3001/mcp',
  MCP_AUTH0_CLIENT_ID: 'mcp-server',
  MCP_AUTH0_CLIENT_SECRET: 'secret-of-the-mcp-server',
  API_AUTH0_AUDIENCE: 'https://api.example/',
  API_BASE_URL: 'https://api.example',
}
