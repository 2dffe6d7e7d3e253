import { KeyObject } from 'node:crypto'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { callTool } from '../helpers/mcp-requests.js'
import { startMcpServer } from '../helpers/start-mcp-server.js'
import { startTestApi } from '../helpers/test-api.js'
import { json, type MintOptions, TestIssuer } from '../helpers/test-issuer.js'
import type { Keys, Target } from './attack.js'
import { API_AUDIENCE, MCP_AUDIENCE } from './catalogue.js'
import { ownKeys } from './forge.js'
import { API_REQUEST, mcpRequest } from './requests.js'
import { setTrap } from './trap.js'

/** What must not happen because of an attack. */
export interface Traces {
  /** Requests of any kind that reached the API. */
  readonly apiRequests: number
  /** Requests that the API let in. */
  readonly apiCalls: number
  readonly tokenRequests: number
  readonly trapVisits: number
  readonly logLines: number
}

export interface OwnServers {
  readonly mcp: Target
  readonly api: Target
  traces(): Traces
  /** What the MCP server has written since a number of lines. */
  logSince(lines: number): string
  close(): Promise<void>
}

/** Both servers as in production, behind an issuer whose key is at hand, with everything counted. */
export async function startOwnServers(): Promise<OwnServers> {
  const issuer = await startIssuer()
  const keys = keysOf(issuer)
  const trap = await setTrap(keys.rsa)
  let apiCalls = 0
  const api = await startTestApi(
    createDownstreamApi({
      issuer: issuer.issuer,
      audience: API_AUDIENCE,
      onCall: () => {
        apiCalls += 1
      },
    }),
  )
  const server = await startMcpServer({
    ...{ issuer, api },
    environment: {
      AUTH0_AUDIENCE: MCP_AUDIENCE,
      API_AUTH0_AUDIENCE: API_AUDIENCE,
      BODY_BYTES_PER_CALLER: '0',
    },
  })
  issuer.tokenResponder = async (_request, res) => {
    json(res, 200, await exchanged(issuer))
  }
  const shared = { issuer: issuer.issuer, keys, trap: trap.origin }
  return {
    mcp: { ...shared, ...mcpTarget(server.endpoint), ...minting(issuer, MCP_AUDIENCE) },
    api: {
      ...shared,
      ...apiTarget(new URL('/api/private-scope', api.origin)),
      ...minting(issuer, API_AUDIENCE),
    },
    traces: () => ({
      ...{ apiRequests: api.requests.length, apiCalls },
      tokenRequests: issuer.tokenRequests.length,
      trapVisits: trap.visits.length,
      logLines: server.log.lines.length,
    }),
    logSince: (lines) =>
      server.log.lines
        .slice(lines)
        .map((line) => JSON.stringify(line))
        .join('\n'),
    close: async () => {
      await Promise.all([server.close(), api.close(), issuer.close(), trap.close()])
    },
  }
}

/** Its key does not say for which algorithm it is (RFC 7517 §4.4): the server has to know. */
async function startIssuer(): Promise<TestIssuer> {
  const issuer = await TestIssuer.start()
  issuer.keys = issuer.keys.map((key) => {
    const jwk = { ...key.jwk }
    delete jwk.alg
    return { ...key, jwk }
  })
  return issuer
}

function keysOf(issuer: TestIssuer): Keys {
  const [key] = issuer.keys
  if (key === undefined) throw new Error('the issuer has no key')
  return {
    kid: key.kid,
    published: key.jwk,
    issuer: KeyObject.from(key.privateKey),
    ...ownKeys(),
  }
}

/** The API's token for the user, as an exchange gives it: a tool that runs by mistake gets through to the API. */
async function exchanged(issuer: TestIssuer): Promise<object> {
  const claims = { scope: 'read:private', client_id: 'mcp-server', act: { sub: 'mcp-server' } }
  return {
    access_token: await issuer.mint(API_AUDIENCE, { claims }),
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    token_type: 'Bearer',
    expires_in: 600,
    scope: 'read:private',
  }
}

function minting(issuer: TestIssuer, audience: string): Pick<Target, 'mint' | 'goodToken'> {
  const mint = (options: MintOptions = {}): Promise<string> =>
    issuer.mint(audience, {
      ...options,
      claims: { scope: 'tool:whoami tool:greet read:private', ...options.claims },
    })
  return { mint, goodToken: () => mint() }
}

type Requests = Pick<Target, 'endpoint' | 'request' | 'harmless' | 'audience' | 'otherAudience'>

/** Attacks call the tool that calls the API, so that whatever gets in is seen there. */
function mcpTarget(endpoint: URL): Requests {
  return {
    endpoint,
    audience: MCP_AUDIENCE,
    otherAudience: API_AUDIENCE,
    request: mcpRequest(callTool('greet')),
    harmless: mcpRequest(callTool('whoami')),
  }
}

function apiTarget(endpoint: URL): Requests {
  return {
    endpoint,
    audience: API_AUDIENCE,
    otherAudience: MCP_AUDIENCE,
    request: API_REQUEST,
    harmless: API_REQUEST,
  }
}
