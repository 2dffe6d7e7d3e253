import type { RegisteredClient } from '../shared/registered-client.js'
import type { SigningKey } from '../shared/signing-key.js'
import type { StandInUser } from '../shared/stand-in-user.js'
import { KEYCLOAK_FAULTS, type KeycloakFault } from './faults.js'

/** A client scope of the realm. */
export interface ClientScope {
  readonly name: string
  /** The client ids that its audience mapper puts into `aud`. */
  readonly audiences: readonly string[]
  /** Whether its name stands in `scope`. */
  readonly isInTokenScope: boolean
}

export interface KeycloakClient extends RegisteredClient {
  readonly defaultScopes: readonly string[]
  readonly optionalScopes: readonly string[]
  /** The switch "Standard token exchange". */
  readonly exchangeEnabled: boolean
  readonly serviceAccountId?: string | undefined
  /** The attribute `resource_url` (feature `resource-indicators`). */
  readonly resourceUrl?: string | undefined
  /** The switch "Require DPoP bound tokens". */
  readonly requiresDpop?: boolean | undefined
}

export type KeycloakUser = StandInUser<KeycloakFault>

/** An exchange that a test may refuse. */
export interface KeycloakExchange {
  readonly clientId: string
  readonly username: string
}

/** The realm of the stand-in. */
export interface KeycloakRealm {
  readonly name: string
  readonly origin: string
  readonly issuer: string
  readonly clients: Map<string, KeycloakClient>
  readonly scopes: ReadonlyMap<string, ClientScope>
  readonly users: readonly KeycloakUser[]
  readonly key: SigningKey
  /** The feature `resource-indicators`: whether `resource` is read. */
  readonly readsResource: boolean
  readonly faultFor: (exchange: KeycloakExchange) => KeycloakFault | undefined
  /** Sessions that ended. */
  readonly endedSessions: Set<string>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export interface KeycloakDirectoryOptions {
  /** The client id of the MCP server; the URL of its endpoint serves as well. Default `mcp-server`. */
  readonly mcpClientId?: string | undefined
  /** Default `travel-api`. */
  readonly apiClientId?: string | undefined
  readonly mcpScopes?: readonly string[] | undefined
  readonly apiScopes?: readonly string[] | undefined
  /** The attribute `resource_url` of the MCP server's client. */
  readonly mcpResourceUrl?: string | undefined
  /** The attribute `resource_url` of the API's client. */
  readonly apiResourceUrl?: string | undefined
  /** The switch "Standard token exchange" of the MCP server's client. Default true. */
  readonly exchangeEnabled?: boolean | undefined
  /** The switch "Require DPoP bound tokens" of the MCP server's client. Default false. */
  readonly requiresDpop?: boolean | undefined
}

/** The client secret of the MCP server. */
export const KEYCLOAK_SECRET = 'development-only-secret-of-the-keycloak-client'

/** The client scopes that every client has from the start. */
export const BASE_SCOPES = ['profile', 'email'] as const

/** The client scope whose audience mapper names the MCP server. Clients that register have it by default. */
export const MCP_AUDIENCE_SCOPE = 'mcp-audience'

/** Makes the clients and client scopes of the realm. */
export function createDirectory(
  options: KeycloakDirectoryOptions,
): Pick<KeycloakRealm, 'clients' | 'scopes'> {
  const { mcpClientId = 'mcp-server', apiClientId = 'travel-api' } = options
  const { mcpScopes = MCP_SCOPES, apiScopes = API_SCOPES } = options
  const clients = [...programs(options), ...mcpClients(mcpScopes)]
  const named = [...new Set([...BASE_SCOPES, ...mcpScopes, ...apiScopes])]
  const scopes: readonly ClientScope[] = [
    ...named.map((name) => ({ name, audiences: [], isInTokenScope: true })),
    { name: MCP_AUDIENCE_SCOPE, audiences: [mcpClientId], isInTokenScope: false },
    { name: 'api-audience', audiences: [apiClientId], isInTokenScope: false },
    { name: 'roles', audiences: ['account'], isInTokenScope: false },
  ]
  return {
    clients: new Map(clients.map((client) => [client.clientId, client])),
    scopes: new Map(scopes.map((scope) => [scope.name, scope])),
  }
}

const NOTHING = { redirectUris: [], optionalScopes: [], exchangeEnabled: false } as const

function programs(options: KeycloakDirectoryOptions): readonly KeycloakClient[] {
  return [
    {
      ...NOTHING,
      clientId: options.mcpClientId ?? 'mcp-server',
      name: 'MCP Server',
      secret: KEYCLOAK_SECRET,
      // "roles" puts `account` into `aud`, as long as the exchange does not name an audience.
      defaultScopes: [...BASE_SCOPES, 'api-audience', 'roles'],
      optionalScopes: options.apiScopes ?? API_SCOPES,
      exchangeEnabled: options.exchangeEnabled ?? true,
      serviceAccountId: 'b0000000-0000-4000-8000-0000000000aa',
      resourceUrl: options.mcpResourceUrl,
      requiresDpop: options.requiresDpop,
    },
    {
      ...NOTHING,
      clientId: options.apiClientId ?? 'travel-api',
      name: 'Travel API',
      secret: `${KEYCLOAK_SECRET}-of-the-api`,
      defaultScopes: BASE_SCOPES,
      resourceUrl: options.apiResourceUrl,
    },
    { ...NOTHING, clientId: 'account', name: 'Account', defaultScopes: [] },
  ]
}

function mcpClients(mcpScopes: readonly string[]): readonly KeycloakClient[] {
  const redirectUris = ['http://localhost/callback', 'http://127.0.0.1/callback']
  return [
    {
      ...NOTHING,
      clientId: 'mcp-client',
      name: 'MCP client',
      redirectUris,
      defaultScopes: [...BASE_SCOPES, MCP_AUDIENCE_SCOPE],
      optionalScopes: mcpScopes,
    },
    {
      ...NOTHING,
      clientId: 'other-client',
      name: 'Other client',
      redirectUris,
      defaultScopes: [...BASE_SCOPES, 'roles'],
    },
  ]
}

const MCP_SCOPES = ['tool:whoami', 'tool:greet', 'read:trips', 'read:bookings', 'write:bookings']
const API_SCOPES = ['read:private', 'read:trips', 'read:bookings', 'write:bookings']

/** Two people, and one user for each way to be refused. */
export const KEYCLOAK_USERS: readonly KeycloakUser[] = [
  person('alice', 1),
  person('bob', 2),
  ...Object.keys(KEYCLOAK_FAULTS).map((name, index) => ({
    ...person(name, index + 10),
    fault: name as KeycloakFault,
  })),
]

function person(username: string, number: number): KeycloakUser {
  return {
    username,
    name: `${username.slice(0, 1).toUpperCase()}${username.slice(1)}`,
    email: `${username}@keycloak.example`,
    id: `a0000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  }
}
