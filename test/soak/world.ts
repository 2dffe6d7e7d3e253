import { ACCOUNT_SCHEME, READ, WRITE } from '../../bench/cases/account-scheme.js'

/** The client as which the servers exchange. */
export const CLIENT = { id: 'mcp-server', secret: 'soak-secret' } as const

/** How long tokens live, those of users and those for the API. */
export const LIFETIME_SECONDS = 60

/** What subjects begin with whose exchanges the authorization server refuses. */
export const REFUSED_USER = 'refused-'

export const API_AUDIENCE = 'https://api.example/'

/** The name by which the servers are addressed, whatever ports they have. */
export const SERVER_HOST = 'localhost:3001'
export const SERVER_AUDIENCE = `http://${SERVER_HOST}/mcp`

const THING_SCHEMA = {
  type: 'object',
  properties: { id: { type: 'string' }, owner: { type: 'string' } },
  required: ['id'],
}
const ANSWER = { description: 'Done.', content: { 'application/json': { schema: {} } } }

/** The API's document; `prefix:tool:` makes its scopes those of the servers. */
export const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Things', version: '1' },
  paths: {
    '/things': {
      get: { operationId: 'list_things', security: READ, responses: { 200: ANSWER } },
      post: {
        operationId: 'create_thing',
        security: WRITE,
        requestBody: { required: true, content: { 'application/json': { schema: THING_SCHEMA } } },
        responses: { 201: ANSWER },
      },
    },
    '/things/{id}': {
      get: {
        operationId: 'get_thing',
        security: READ,
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 200: ANSWER },
      },
    },
  },
  components: {
    securitySchemes: ACCOUNT_SCHEME,
  },
}

export const ALL_SCOPES = [
  ...['tool:whoami', 'tool:greet'],
  ...['tool:read:things', 'tool:write:things'],
] as const

/** The settings of a server: caches that are too small for the users, and limits that hold for each of them. */
export function serverSettings(world: {
  readonly issuer: string
  readonly api: string
  readonly folder: string
  readonly sessions: boolean
}): Readonly<Record<string, string>> {
  return {
    PORT: '0',
    HOST: '127.0.0.1',
    MCP_SERVER_URL: `http://${SERVER_HOST}`,
    ISSUER_BASE_URL: `${world.issuer}/`,
    AUTH0_AUDIENCE: SERVER_AUDIENCE,
    MCP_AUTH0_CLIENT_ID: CLIENT.id,
    MCP_AUTH0_CLIENT_SECRET: CLIENT.secret,
    API_AUTH0_AUDIENCE: API_AUDIENCE,
    API_BASE_URL: world.api,
    OPENAPI_DOCUMENT: `${world.folder}/openapi.json`,
    OPENAPI_SERVER_SCOPES: 'prefix:tool:',
    DEMO_TOOLS: 'on',
    MCP_SESSIONS: world.sessions ? 'on' : 'off',
    SESSION_IDLE_MINUTES: '1',
    TRUST_PROXY: '1',
    VERIFIED_TOKEN_CACHE_ENTRIES: '150',
    EXCHANGE_CACHE_ENTRIES: '200',
    EXCHANGE_RATE_PER_SECOND: '1000',
    // So that no answer depends on how busy the machine is.
    EXCHANGE_TIMEOUT_MS: '60000',
    API_TIMEOUT_MS: '60000',
    METRICS_PORT: '0',
    AUDIT_SINK: `${world.folder}/audit.jsonl`,
    LOG_LEVEL: 'info',
  }
}
