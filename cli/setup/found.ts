import type { Secret } from '../../src/secret.js'
import type { JournalEntry } from './journal/journal-entry.js'

/** A client that the server uses, as soon as it is known. */
export interface KnownClient {
  readonly clientId: string
  /** Absent where the token may not see it, or where the client has none. */
  readonly secret: Secret | undefined
  /** Whether setup has created it. */
  readonly isOurs: boolean
  readonly metadata: Readonly<Record<string, string>>
}

export interface KnownRole {
  readonly id: string
  /** Whether setup has created it, for this server. */
  readonly isOurs: boolean
}

/** What earlier steps know and later ones need; the look at the tenant fills it, and so do changes. */
export interface Found {
  /** The exchanging client. */
  client: KnownClient | undefined
  /** As which people sign in on the confirmation page. */
  pageClient: KnownClient | undefined
  /** Whether setup has created the API, or is going to. */
  serverApiIsOurs: boolean
  protectedApiIsOurs: boolean
  readonly roles: Map<string, KnownRole>
  actionId: string | undefined
  /** What a client that is created is to remember from the start. */
  journal: readonly JournalEntry[]
}

/** Nothing is known yet: what does not exist will be created by setup, and so be its own. */
export function nothingFound(): Found {
  return {
    client: undefined,
    pageClient: undefined,
    serverApiIsOurs: true,
    protectedApiIsOurs: true,
    roles: new Map(),
    actionId: undefined,
    journal: [],
  }
}

/** Whether the exchanging client is setup's own: one that does not exist yet will be. */
export function clientIsOurs({ client }: Found): boolean {
  return client?.isOurs ?? true
}
