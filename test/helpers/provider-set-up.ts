import { loadDirectory } from '../../apps/authorization-server/directory.js'
import {
  connectAs,
  type HeadlessMcpClient,
  type HeadlessMcpClientOptions,
} from '../../apps/development/headless-mcp-client.js'
import { startDirectory } from '../../apps/development/start-directory.js'
import { startStandIn } from '../../apps/development/start-stand-in.js'
import { STAND_INS, type StandInName } from '../../apps/development/stand-in-wiring.js'
import { API_DOCUMENT_FILE } from '../../apps/downstream-api/document.js'
import type { Environment } from '../../src/config/config.js'
import { RecordingLog } from './recording-log.js'

/** The set-ups of identity providers that run on this machine. */
export const SET_UPS = ['auth0', ...STAND_INS] as const

export type SetUpName = (typeof SET_UPS)[number]

export type UserName = 'alice' | 'bob'

type Claims = Readonly<Record<string, unknown>>

/** The claims by which the API knows a user, and in which it sees our client and what the token may do. */
export const SEEN_BY_API: Readonly<Record<SetUpName, (user: UserName, scope: string) => Claims>> = {
  auth0: (user, scope) => ({ sub: `auth0|${user}`, scope }),
  entra: (user, scope) => ({
    oid: `c0000000-0000-4000-8000-00000000000${numberOf(user)}`,
    tid: 'c0c0c0c0-0000-4000-8000-000000000001',
    scp: scope,
  }),
  keycloak: (user, scope) => ({
    sub: `a0000000-0000-4000-8000-00000000000${numberOf(user)}`,
    // The scopes that every client of the realm has come along.
    scope: `profile email ${scope}`,
  }),
  okta: (user, scope) => ({ uid: `00u000000000000${numberOf(user)}5d7`, scp: [scope] }),
}

function numberOf(user: UserName): number {
  return user === 'alice' ? 1 : 2
}

/** A set-up that runs: identity provider, MCP server and API. */
export interface ProviderSetUp {
  readonly endpoint: URL
  readonly issuer: string
  readonly apiAudience: string
  /** The client as which the MCP server exchanges tokens. */
  readonly ownClientId: string
  readonly log: RecordingLog
  /** Claims of every token that the API accepted. */
  readonly apiCalls: Claims[]
  /** The official client, signed in as one user from the first 401 on. */
  connect(
    username: string,
    options?: Pick<HeadlessMcpClientOptions, 'mode' | 'fetch'>,
  ): Promise<HeadlessMcpClient>
  close(): Promise<void>
}

const PORTS = { authorizationServer: 0, api: 0, mcp: 0 }

/** Starts the development set-up of an identity provider: for Auth0 with the development authorization server, else with a stand-in. */
export async function startSetUp(
  name: SetUpName,
  environment: Environment = {},
): Promise<ProviderSetUp> {
  return name === 'auth0' ? startAuth0(environment) : startOther(name, environment)
}

async function startAuth0(environment: Environment): Promise<ProviderSetUp> {
  const [apiCalls, log] = [[] as Claims[], new RecordingLog()]
  const directory = loadDirectory()
  const stack = await startDirectory({
    directory: {
      ...directory,
      // Both may use every tool, as at the stand-ins.
      users: directory.users.map((user) => ({ ...user, roles: ['Tool Administrator'] })),
    },
    apiDocument: API_DOCUMENT_FILE,
    ports: PORTS,
    log,
    environment: { IDENTITY_PROVIDER: 'auth0', ...environment },
    onApiCall: (claims) => apiCalls.push(claims),
  })
  const { mcpServer, issuer, apis } = stack
  if (typeof mcpServer === 'string') throw new Error(mcpServer)
  const { endpoint } = mcpServer
  return {
    ...{ endpoint, issuer, apiAudience: apis[0] ?? '', ownClientId: 'mcp-server', log, apiCalls },
    connect: (username, options) => connectAs({ endpoint, username, ...options }),
    close: () => stack.close(),
  }
}

async function startOther(provider: StandInName, environment: Environment): Promise<ProviderSetUp> {
  const [apiCalls, log] = [[] as Claims[], new RecordingLog()]
  const stack = await startStandIn({
    ...{ provider, ports: PORTS, log, environment },
    onApiCall: (claims) => apiCalls.push(claims),
  })
  const { standIn, mcpServer } = stack
  const { endpoint } = mcpServer
  const { issuer, clientId, registers, settings, api } = standIn
  return {
    ...{ endpoint, issuer, log, apiCalls, apiAudience: api.audience },
    ownClientId: settings['MCP_AUTH0_CLIENT_ID'] ?? '',
    connect: (username, options) =>
      connectAs({
        ...{ endpoint, username },
        ...(registers ? {} : { client: { id: clientId, issuer } }),
        ...options,
      }),
    close: () => stack.close(),
  }
}
