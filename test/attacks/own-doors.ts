import { KeyObject } from 'node:crypto'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { serve } from '../../src/server/serve.js'
import { callTool, openMcpDoor } from '../helpers/mcp-door.js'
import { json, TestIssuer, type MintOptions } from '../helpers/test-issuer.js'
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

export interface OwnDoors {
  readonly mcp: Target
  readonly api: Target
  traces(): Traces
  /** What the MCP server has written since a number of lines. */
  logSince(lines: number): string
  close(): Promise<void>
}

/** Both doors as in production, behind an issuer whose key is at hand, with everything counted. */
export async function openOwnDoors(): Promise<OwnDoors> {
  const issuer = await startIssuer()
  const keys = keysOf(issuer)
  const trap = await setTrap(keys.rsa)
  const api = await openApi(issuer.issuer)
  const door = await openMcpDoor({
    issuer: issuer.issuer,
    apiUrl: api.url.origin,
    environment: {
      AUTH0_AUDIENCE: MCP_AUDIENCE,
      API_AUTH0_AUDIENCE: API_AUDIENCE,
      RATE_LIMIT_PER_ADDRESS: '0',
      RATE_LIMIT_PER_CALLER: '0',
      BODY_BYTES_PER_CALLER: '0',
    },
  })
  issuer.tokenResponder = async (_request, res) => {
    json(res, 200, await exchanged(issuer))
  }
  const shared = { issuer: issuer.issuer, keys, trap: trap.origin }
  return {
    mcp: { ...shared, ...mcpTarget(door.endpoint), ...minting(issuer, MCP_AUDIENCE) },
    api: { ...shared, ...apiTarget(api.url), ...minting(issuer, API_AUDIENCE) },
    traces: () => ({
      ...api.counts(),
      tokenRequests: issuer.tokenRequests.length,
      trapVisits: trap.visits.length,
      logLines: door.log.lines.length,
    }),
    logSince: (lines) =>
      door.log.lines
        .slice(lines)
        .map((line) => JSON.stringify(line))
        .join('\n'),
    close: async () => {
      await Promise.all([door.close(), api.close(), issuer.close(), trap.close()])
    },
  }
}

/** Its key does not say for which algorithm it is (RFC 7517 §4.4): the door has to know. */
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

async function openApi(issuer: string) {
  let [apiRequests, apiCalls] = [0, 0]
  const app = createDownstreamApi({
    issuer,
    audience: API_AUDIENCE,
    onCall: () => {
      apiCalls += 1
    },
  })
  const server = await serve({
    host: '127.0.0.1',
    port: 0,
    drainMs: 50,
    handler: (req, res) => {
      apiRequests += 1
      app(req, res)
    },
  })
  return {
    url: new URL(`http://127.0.0.1:${server.port}/api/private-scope`),
    counts: () => ({ apiRequests, apiCalls }),
    close: () => server.close(),
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

type Door = Pick<Target, 'endpoint' | 'request' | 'harmless' | 'audience' | 'otherAudience'>

/** Attacks call the tool that calls the API, so that whatever gets in is seen there. */
function mcpTarget(endpoint: URL): Door {
  return {
    endpoint,
    audience: MCP_AUDIENCE,
    otherAudience: API_AUDIENCE,
    request: mcpRequest(callTool('greet')),
    harmless: mcpRequest(callTool('whoami')),
  }
}

function apiTarget(endpoint: URL): Door {
  return {
    endpoint,
    audience: API_AUDIENCE,
    otherAudience: MCP_AUDIENCE,
    request: API_REQUEST,
    harmless: API_REQUEST,
  }
}
