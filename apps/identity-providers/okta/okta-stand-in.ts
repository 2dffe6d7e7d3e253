import express from 'express'
import { standInFrontPage } from '../shared/front-page.js'
import { createSigningKey } from '../shared/signing-key.js'
import { startOnLoopback, type RunningStandIn } from '../shared/start-on-loopback.js'
import { TOKEN_EXCHANGE } from '../shared/token-type-identifiers.js'
import type { OktaFault } from './faults.js'
import {
  OKTA_CLIENTS,
  OKTA_SECRET,
  OKTA_SERVERS,
  OKTA_USERS,
  type OktaClient,
  type OktaExchange,
  type OktaOrg,
  type OktaServer,
  type SubjectMapping,
} from './org.js'
import { oktaServerRoutes } from './server-of-org.js'
import { serviceTokenClaims, userTokenClaims } from './token-claims.js'

export interface OktaStandInOptions {
  /** 0 takes any free port. */
  readonly port: number
  /** Default `api://mcp-server`. */
  readonly mcpAudience?: string | undefined
  /** Default `api://travel`. */
  readonly apiAudience?: string | undefined
  readonly mcpScopes?: readonly string[] | undefined
  readonly apiScopes?: readonly string[] | undefined
  /** Whether the API's authorization server lists the MCP server's under Trusted servers. Default true. */
  readonly isTrusted?: boolean | undefined
  /** What an exchange at a server that does not trust is answered: sources disagree. Default `access_denied`. */
  readonly untrusted?: OktaOrg['untrusted'] | undefined
  /** What the API's authorization server writes into `sub`. Default `login`, as the MCP server's. */
  readonly apiSubject?: SubjectMapping | undefined
  /** Refuses `requested_token_type`: whether the real service takes it is not documented. Default false. */
  readonly refusesRequestedTokenType?: boolean | undefined
  /** Chooses how an exchange is refused. Default: only those of the users that are there for it. */
  readonly faultFor?: ((exchange: OktaExchange) => OktaFault | undefined) | undefined
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

export interface OktaTestToken {
  /** Default alice. */
  readonly username?: string | undefined
  /** Whose token it is. Default the MCP server's authorization server. */
  readonly server?: keyof typeof OKTA_SERVERS | undefined
  /** Default all of the authorization server. */
  readonly scopes?: readonly string[] | undefined
  /** Replaces claims; `undefined` takes one away. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/** The stand-in for Okta, running. */
export interface OktaStandIn extends RunningStandIn {
  /** Of the MCP server's tokens. */
  readonly issuer: string
  /** Of the API's tokens: exchanges go there. */
  readonly apiIssuer: string
  readonly apiTokenEndpoint: string
  readonly audiences: { readonly mcp: string; readonly api: string }
  readonly clientIds: typeof OKTA_CLIENTS
  readonly clientSecret: string
  readonly tokens: {
    user(options?: OktaTestToken): Promise<string>
    service(options?: Omit<OktaTestToken, 'username'>): Promise<string>
  }
}

/**
 * Starts a stand-in for Okta on loopback: an organisation with two custom authorization servers. It is written from public
 * documents and was never compared with the real service; the README beside it says what it is strict about.
 */
export async function startOktaStandIn(options: OktaStandInOptions): Promise<OktaStandIn> {
  let org: OktaOrg | undefined
  const running = await startOnLoopback({
    port: options.port,
    async routesFor(origin) {
      org = await createOrg(options, origin)
      const router = express.Router().get('/', frontPageOf(org))
      for (const server of org.servers) router.use(oktaServerRoutes(org, server))
      return router
    },
  })
  if (org === undefined) throw new Error('there is no organisation')
  const [mcp, api] = [serverNamed(org, 'mcp'), serverNamed(org, 'api')]
  return {
    ...running,
    issuer: mcp.issuer,
    apiIssuer: api.issuer,
    apiTokenEndpoint: `${api.issuer}/v1/token`,
    audiences: { mcp: mcp.audience, api: api.audience },
    clientIds: OKTA_CLIENTS,
    clientSecret: OKTA_SECRET,
    tokens: testTokens(org),
  }
}

async function createOrg(options: OktaStandInOptions, origin: string): Promise<OktaOrg> {
  const serverOf = async (name: keyof typeof OKTA_SERVERS): Promise<OktaServer> => {
    const id = OKTA_SERVERS[name]
    const common = { id, issuer: `${origin}/oauth2/${id}`, key: await createSigningKey() }
    const { mcpAudience = 'api://mcp-server', apiAudience = 'api://travel' } = options
    if (name === 'mcp') {
      const scopes = options.mcpScopes ?? MCP_SCOPES
      return { ...common, audience: mcpAudience, scopes, trusts: [], subject: 'login' }
    }
    return {
      ...common,
      audience: apiAudience,
      scopes: options.apiScopes ?? API_SCOPES,
      trusts: options.isTrusted === false ? [] : [OKTA_SERVERS.mcp],
      subject: options.apiSubject ?? 'login',
    }
  }
  return {
    origin,
    users: OKTA_USERS,
    clients: CLIENTS,
    servers: await Promise.all([serverOf('mcp'), serverOf('api')]),
    refusesRequestedTokenType: options.refusesRequestedTokenType ?? false,
    untrusted: options.untrusted ?? 'access_denied',
    faultFor: options.faultFor ?? (() => undefined),
    now: options.now ?? Date.now,
  }
}

const MCP_SCOPES = ['tool:whoami', 'tool:greet', 'read:trips', 'read:bookings', 'write:bookings']
const API_SCOPES = ['read:private', 'read:trips', 'read:bookings', 'write:bookings']

const CLIENTS: readonly OktaClient[] = [
  {
    clientId: OKTA_CLIENTS.mcpServer,
    name: 'MCP Server',
    redirectUris: [],
    secret: OKTA_SECRET,
    grants: [TOKEN_EXCHANGE, 'client_credentials'],
  },
  {
    clientId: OKTA_CLIENTS.otherService,
    name: 'Other service',
    redirectUris: [],
    secret: `${OKTA_SECRET}-of-another`,
    grants: ['client_credentials'],
  },
  {
    clientId: OKTA_CLIENTS.mcpClient,
    name: 'MCP client',
    redirectUris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
    grants: ['authorization_code', 'refresh_token'],
  },
]

function serverNamed({ servers }: OktaOrg, name: keyof typeof OKTA_SERVERS): OktaServer {
  const server = servers.find(({ id }) => id === OKTA_SERVERS[name])
  if (server === undefined) throw new Error(`there is no authorization server ${name}`)
  return server
}

function frontPageOf(org: OktaOrg) {
  const { issuer, audience, scopes } = serverNamed(org, 'mcp')
  return standInFrontPage({
    title: 'Okta',
    issuer,
    users: org.users,
    commandLineClient: OKTA_CLIENTS.mcpClient,
    resourceServers: [{ identifier: audience, scopes }],
  })
}

function testTokens(org: OktaOrg): OktaStandIn['tokens'] {
  const issuedAt = (): number => Math.floor(org.now() / 1_000)
  return {
    user({ username = 'alice', server: name = 'mcp', scopes, claims } = {}) {
      const user = org.users.find((candidate) => candidate.username === username)
      if (user === undefined) throw new Error(`there is no user ${username}`)
      const server = serverNamed(org, name)
      const clientId = OKTA_CLIENTS.mcpClient
      const parts = { server, clientId, scopes: scopes ?? server.scopes, issuedAt: issuedAt() }
      return server.key.sign({ ...userTokenClaims(user, parts), ...claims }, { typ: undefined })
    },
    service({ server: name = 'mcp', scopes, claims } = {}) {
      const server = serverNamed(org, name)
      const clientId = OKTA_CLIENTS.mcpServer
      const parts = { server, clientId, scopes: scopes ?? server.scopes, issuedAt: issuedAt() }
      return server.key.sign({ ...serviceTokenClaims(parts), ...claims }, { typ: undefined })
    },
  }
}
