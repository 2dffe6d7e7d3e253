import { createHmac, randomBytes } from 'node:crypto'
import type { Complete } from '../options/complete.js'
import { userKeyOf } from '../identity/caller.js'
import type { SignedIn } from '../revocation/signed-out.js'
import type { Clock } from '../time/clock.js'
import { isSameText } from './is-same-text.js'

/** Who has signed in to the pages of this server, in one browser. */
export interface PageSession {
  /** The value of the cookie: 256 random bits, in base64url. */
  readonly id: string
  /** By `userKeyOf`. */
  readonly user: string
  /** By the ID token. */
  readonly signedIn: SignedIn
  /** How the page calls them. */
  readonly name: string
  /** Epoch milliseconds. */
  readonly expiresAtMs: number
  readonly formKey: Buffer
}

/** How many sessions there are, and how long. */
export interface PageSessionsOptions {
  readonly lifetimeMs: number
  readonly clock: Clock
  /** Further ones end the oldest. Default 10. */
  readonly maxPerUser?: number | undefined
  /** Default 10000. */
  readonly max?: number | undefined
}

const RANDOM_BYTES = 32

/** Who opens a session. */
export type SessionOwner = Pick<PageSession, 'signedIn' | 'name'>

/** All that is random in a session is new. */
export function newSession({ signedIn, name }: SessionOwner, expiresAtMs: number): PageSession {
  const id = randomBytes(RANDOM_BYTES).toString('base64url')
  const user = userKeyOf(signedIn)
  return { id, user, signedIn, name, expiresAtMs, formKey: randomBytes(RANDOM_BYTES) }
}

/** Sessions of people, in the memory of this process. Closed when full. */
export class PageSessions {
  readonly #options: Complete<PageSessionsOptions>
  /** In the order in which they were opened, which is that in which they expire. */
  readonly #sessions = new Map<string, PageSession>()
  readonly #ofUsers = new Map<string, Set<string>>()

  constructor({ maxPerUser = 10, max = 10_000, ...options }: PageSessionsOptions) {
    this.#options = { ...options, maxPerUser, max }
  }

  /** A new session, with an id that nobody has seen. `undefined`: there is no room for it. */
  open(owner: SessionOwner): PageSession | undefined {
    const { clock, lifetimeMs, maxPerUser, max } = this.#options
    const user = userKeyOf(owner.signedIn)
    this.#endExpired()
    const ofUser = this.#ofUsers.get(user) ?? new Set<string>()
    const [oldest] = ofUser
    if (ofUser.size >= maxPerUser && oldest !== undefined) this.end(oldest)
    if (this.#sessions.size >= max) return undefined
    const session = newSession(owner, clock() + lifetimeMs)
    this.#sessions.set(session.id, session)
    this.#ofUsers.set(user, (this.#ofUsers.get(user) ?? new Set()).add(session.id))
    return session
  }

  /** The session of a cookie, if it has not expired. */
  find(id: string | undefined): PageSession | undefined {
    const session = id === undefined ? undefined : this.#sessions.get(id)
    return session !== undefined && this.#options.clock() < session.expiresAtMs
      ? session
      : undefined
  }

  /** Ends a session. Does nothing for one that is not there. */
  end(id: string | undefined): void {
    const session = id === undefined ? undefined : this.#sessions.get(id)
    if (session === undefined) return
    this.#sessions.delete(session.id)
    const ofUser = this.#ofUsers.get(session.user)
    ofUser?.delete(session.id)
    if (ofUser?.size === 0) this.#ofUsers.delete(session.user)
  }

  #endExpired(): void {
    const nowMs = this.#options.clock()
    for (const session of this.#sessions.values()) {
      if (nowMs < session.expiresAtMs) return
      this.end(session.id)
    }
  }
}

/** What a form of a session has to bring along: for one purpose in one session, and no other. */
export function formToken({ formKey }: PageSession, purpose: string): string {
  return createHmac('sha256', formKey).update(purpose).digest('base64url')
}

/** Whether a form has brought the token of this session and purpose. */
export function isFormToken(session: PageSession, purpose: string, given: unknown): boolean {
  return isSameText(given, formToken(session, purpose))
}
