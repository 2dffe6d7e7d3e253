import { OnBehalfOfError } from '../failures/errors.js'
import type { Revocation } from '../revocation/revocation.js'
import type { SharedState } from '../store/shared-state.js'
import type { Clock } from '../time/clock.js'
import { PageSessions, type PageSession, type SessionOwner } from './page-sessions.js'
import { SharedPageSessions } from './shared-page-sessions.js'

/** Where sessions are, and what ends them before their time. */
export interface SessionsOfPagesOptions {
  /** Default: in the memory of this process. */
  readonly shared?: Pick<SharedState, 'store' | 'keys'> | undefined
  readonly lifetimeMs: number
  readonly clock: Clock
  /** Who is signed out. Default: nobody. */
  readonly revocation?: Pick<Revocation, 'assertInForce'> | undefined
}

type KeptSessions =
  Pick<PageSessions, 'open' | 'find' | 'end'> | Pick<SharedPageSessions, 'open' | 'find' | 'end'>

/** Who has signed in to the pages: in this process, or in all instances. Methods reject while a shared store cannot be had. */
export class SessionsOfPages {
  readonly #kept: KeptSessions
  readonly #revocation: SessionsOfPagesOptions['revocation']

  constructor({ shared, revocation, ...options }: SessionsOfPagesOptions) {
    this.#kept =
      shared === undefined
        ? new PageSessions(options)
        : new SharedPageSessions({ ...shared, ...options })
    this.#revocation = revocation
  }

  /** A new session, with an id that nobody has seen. `undefined`: there is no room for it. */
  async open(owner: SessionOwner): Promise<PageSession | undefined> {
    return this.#kept.open(owner)
  }

  /** The session of a cookie, if it has not expired, and its person has not been signed out since they signed in. */
  async find(id: string | undefined): Promise<PageSession | undefined> {
    const session = await this.#kept.find(id)
    if (session === undefined) return undefined
    try {
      await this.#revocation?.assertInForce(session.signedIn)
      return session
    } catch (error) {
      if (!(error instanceof OnBehalfOfError && error.code === 'signed_out')) throw error
      await this.end(id)
      return undefined
    }
  }

  /** Ends a session. Does nothing for one that is not there. */
  async end(id: string | undefined): Promise<void> {
    await this.#kept.end(id)
  }
}
