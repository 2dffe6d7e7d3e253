import type { RegisteredClient } from '../shared/registered-client.js'
import type { SigningKey } from '../shared/signing-key.js'
import type { EntraApp, EntraDirectory, EntraUser } from './directory.js'
import type { EntraFault } from './faults.js'

/** An exchange that a test may refuse. */
export interface EntraExchange {
  readonly clientId: string
  readonly username: string
  readonly scopes: readonly string[]
  /** Of this user with this client, from 1. */
  readonly count: number
}

/** Returns how an exchange is refused; `undefined` leaves it to the user's own fault. */
export type EntraFaultChoice = (exchange: EntraExchange) => EntraFault | undefined

/** One tenant of the stand-in. */
export interface EntraTenant {
  readonly id: string
  readonly origin: string
  readonly issuers: { readonly v1: string; readonly v2: string }
  readonly users: readonly EntraUser[]
  readonly directory: EntraDirectory
  readonly key: SigningKey
  readonly faultFor: EntraFaultChoice
  /** Whether tokens carry the optional claim `idtyp`. */
  readonly withIdtyp: boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** The registration of a client. One that described itself may call the MCP server alone. */
export function registrationOf({ directory }: EntraTenant, client: RegisteredClient): EntraApp {
  const known = directory.find(({ clientId }) => clientId === client.clientId)
  if (known !== undefined) return known
  const [mcpServer] = directory
  return {
    ...client,
    ...{ appIdUri: client.clientId, scopes: [], appRoles: [], accessTokenVersion: 2 },
    mayCall: mcpServer === undefined ? [] : [mcpServer.clientId],
  }
}
