import type { RegisteredClient } from '../shared/registered-client.js'
import type { SigningKey } from '../shared/signing-key.js'
import type { StandInUser } from '../shared/stand-in-user.js'
import { OKTA_FAULTS, type OktaFault } from './faults.js'

export interface OktaUser extends StandInUser<OktaFault> {
  /** What `sub` is where an authorization server maps it to something else than the login. */
  readonly employeeNumber: string
}

export interface OktaClient extends RegisteredClient {
  /** The grants of the application. */
  readonly grants: readonly string[]
}

/** What an authorization server writes into `sub`. */
export type SubjectMapping = 'login' | 'employee-number'

/** A custom authorization server: one issuer, one audience. */
export interface OktaServer {
  readonly id: string
  readonly issuer: string
  readonly audience: string
  readonly scopes: readonly string[]
  /** The ids of the authorization servers whose tokens it exchanges. */
  readonly trusts: readonly string[]
  readonly subject: SubjectMapping
  readonly key: SigningKey
}

/** An exchange that a test may refuse. */
export interface OktaExchange {
  readonly clientId: string
  readonly username: string
}

/** The organisation of the stand-in. */
export interface OktaOrg {
  readonly origin: string
  readonly users: readonly OktaUser[]
  readonly clients: readonly OktaClient[]
  readonly servers: readonly OktaServer[]
  readonly refusesRequestedTokenType: boolean
  /** Sources disagree on what a server that is not trusted is answered. */
  readonly untrusted: 'access_denied' | 'invalid_request'
  readonly faultFor: (exchange: OktaExchange) => OktaFault | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** The client ids of the stand-in. */
export const OKTA_CLIENTS = {
  mcpServer: '0oa1mcpserver0000005d7',
  /** A service application without the Token Exchange grant. */
  otherService: '0oa2otherservice00005d7',
  mcpClient: '0oa3mcpclient0000005d7',
} as const

/** The client secret of the MCP server. */
export const OKTA_SECRET = 'development-only-secret-of-the-okta-service'

/** The ids of the two custom authorization servers: the MCP server's, and its API's. */
export const OKTA_SERVERS = { mcp: 'aus1mcpserver00005d7', api: 'aus2travelapi00005d7' } as const

/** Two people, and one user for each way to be refused. */
export const OKTA_USERS: readonly OktaUser[] = [
  person('alice', 1),
  person('bob', 2),
  ...Object.keys(OKTA_FAULTS).map((name, index) => ({
    ...person(name, index + 10),
    fault: name as OktaFault,
  })),
]

function person(username: string, number: number): OktaUser {
  return {
    username,
    name: `${username.slice(0, 1).toUpperCase()}${username.slice(1)}`,
    email: `${username}@okta.example`,
    id: `00u${String(number).padStart(13, '0')}5d7`,
    employeeNumber: `E-${String(number).padStart(5, '0')}`,
  }
}
