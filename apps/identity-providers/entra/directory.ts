import type { RegisteredClient } from '../shared/registered-client.js'
import type { StandInUser } from '../shared/stand-in-user.js'
import { ENTRA_FAULTS, type EntraFault } from './faults.js'
import { ENTRA_APPS, ENTRA_SECRET, type TenantName } from './identifiers.js'

/** An app registration: a client, a resource, or both. */
export interface EntraApp extends RegisteredClient {
  /** Application ID URI. */
  readonly appIdUri: string
  /** Delegated permissions that it exposes, as they stand in `scp`. */
  readonly scopes: readonly string[]
  /** Application permissions that it exposes. */
  readonly appRoles: readonly string[]
  /** The client ids of the apps whose delegated permissions it may ask for; all of them are consented. */
  readonly mayCall: readonly string[]
  /** `api.requestedAccessTokenVersion` of the manifest. */
  readonly accessTokenVersion: 1 | 2
  /** Its tokens cannot be verified by others, as those for Microsoft Graph. */
  readonly ownTokensOnly?: boolean | undefined
}

export type EntraUser = StandInUser<EntraFault>

export interface EntraDirectoryOptions {
  /** The Application ID URI of the MCP server's registration: its endpoint. Default `api://<client id>`. */
  readonly mcpServerUri?: string | undefined
  readonly mcpScopes?: readonly string[] | undefined
  readonly apiScopes?: readonly string[] | undefined
  /** The version of the tokens for the MCP server. Default 2. */
  readonly mcpTokenVersion?: 1 | 2 | undefined
  /** The version of the tokens for the API. Default 2. */
  readonly apiTokenVersion?: 1 | 2 | undefined
  /** Certificate of the MCP server's registration, PEM, beside its secret. */
  readonly certificate?: string | undefined
}

/** All app registrations. Each is there in both tenants. */
export type EntraDirectory = readonly EntraApp[]

/** Makes the registrations of the stand-in. */
export function createEntraDirectory(options: EntraDirectoryOptions = {}): EntraDirectory {
  const { mcpServer, api, graph } = ENTRA_APPS
  return [
    {
      ...NOTHING,
      clientId: mcpServer,
      name: 'MCP Server',
      appIdUri: options.mcpServerUri ?? `api://${mcpServer}`,
      secret: ENTRA_SECRET,
      certificate: options.certificate,
      scopes: options.mcpScopes ?? MCP_SCOPES,
      appRoles: ['Tools.Use.All'],
      mayCall: [api, graph],
      accessTokenVersion: options.mcpTokenVersion ?? 2,
    },
    {
      ...NOTHING,
      clientId: api,
      name: 'Travel API',
      appIdUri: `api://${api}`,
      secret: `${ENTRA_SECRET}-of-the-api`,
      scopes: options.apiScopes ?? API_SCOPES,
      appRoles: ['Trips.Read.All'],
      accessTokenVersion: options.apiTokenVersion ?? 2,
    },
    ...OTHERS,
  ]
}

const NOTHING = {
  ...{ scopes: [], appRoles: [], redirectUris: [], mayCall: [] },
  accessTokenVersion: 2,
} as const

const NATIVE = ['http://localhost/callback', 'http://127.0.0.1/callback', 'http://localhost']

const OTHERS: EntraDirectory = [
  {
    ...NOTHING,
    clientId: ENTRA_APPS.mcpClient,
    name: 'MCP client',
    appIdUri: `api://${ENTRA_APPS.mcpClient}`,
    redirectUris: NATIVE,
    mayCall: [ENTRA_APPS.mcpServer, ENTRA_APPS.graph],
  },
  {
    ...NOTHING,
    clientId: ENTRA_APPS.otherClient,
    name: 'Other client',
    appIdUri: `api://${ENTRA_APPS.otherClient}`,
    redirectUris: NATIVE,
    mayCall: [ENTRA_APPS.graph],
  },
  {
    ...NOTHING,
    clientId: ENTRA_APPS.graph,
    name: 'Microsoft Graph',
    appIdUri: 'https://graph.microsoft.com',
    scopes: ['User.Read', 'Mail.Read'],
    accessTokenVersion: 1,
    ownTokensOnly: true,
  },
]

const MCP_SCOPES = ['tool:whoami', 'tool:greet', 'read:trips', 'read:bookings', 'write:bookings']
const API_SCOPES = ['read:private', 'read:trips', 'read:bookings', 'write:bookings']

/** The users of a tenant: two people each, and in the first tenant one for each way to be refused. */
export function usersOf(tenant: TenantName): readonly EntraUser[] {
  if (tenant === 'fabrikam') {
    return [
      person('frank', 'fabrikam', 'f0000000-0000-4000-8000-000000000001'),
      // A guest is another user in each tenant.
      person('alice', 'fabrikam', 'f0000000-0000-4000-8000-000000000002'),
    ]
  }
  const faulty = Object.keys(ENTRA_FAULTS).map((name, index) => ({
    ...person(name, 'contoso', `c1000000-0000-4000-8000-${String(index).padStart(12, '0')}`),
    fault: name as EntraFault,
  }))
  return [
    person('alice', 'contoso', 'c0000000-0000-4000-8000-000000000001'),
    person('bob', 'contoso', 'c0000000-0000-4000-8000-000000000002'),
    ...faulty,
  ]
}

function person(username: string, tenant: TenantName, id: string): EntraUser {
  const name = `${username.slice(0, 1).toUpperCase()}${username.slice(1)}`
  return { username, name, email: `${username}@${tenant}.example`, id }
}
