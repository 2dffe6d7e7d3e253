import type { Logger } from '../logging/logger.js'
import { logEvent } from '../logging/log-event.js'
import { formToken, isFormToken, type PageSession } from '../sign-in/page-sessions.js'
import type { SessionsOfPages } from '../sign-in/sessions-of-pages.js'
import type { CallsOnPage } from './confirmation-page.js'
import { PendingCalls, type PendingCall } from './pending-calls.js'

/** What a request to the page of a call came with. */
export interface DeskRequest {
  readonly id: string
  readonly session: PageSession | undefined
  readonly requestId: string
}

/** What the browser is shown. `unknown`: there is no such call, or it is somebody else's; nobody is told which. */
export type DeskAnswer =
  | { readonly kind: 'sign_in' }
  | {
      readonly kind: 'unknown'
      readonly session?: PageSession | undefined
      readonly token?: string
    }
  | {
      readonly kind: 'call'
      readonly call: PendingCall
      readonly session: PageSession
      /** What the form has to bring along. */
      readonly token: string
    }

/** What a form came to. `untrusted`: it was not sent from the page of this session. */
export type FormAnswer = 'sign_in' | 'untrusted' | 'unknown' | 'decided' | 'signed_out'

const DECISIONS = { approve: 'approved', decline: 'declined' } as const

/** Who may see which call that waits, and say what to it. */
export class ConfirmationDesk {
  readonly #pending: CallsOnPage
  readonly #sessions: Pick<SessionsOfPages, 'end'>
  readonly #log: Logger

  constructor(options: {
    readonly pending: CallsOnPage
    readonly sessions: Pick<SessionsOfPages, 'end'>
    readonly log: Logger
  }) {
    this.#pending = options.pending
    this.#sessions = options.sessions
    this.#log = options.log
  }

  /** What a person sees at the address of a call. */
  async show(request: DeskRequest): Promise<DeskAnswer> {
    const { id, session } = request
    if (!PendingCalls.isId(id)) return { kind: 'unknown' }
    if (session === undefined) return { kind: 'sign_in' }
    const call = await this.#own(request, session)
    const token = formToken(session, id)
    return call === undefined
      ? { kind: 'unknown', session, token }
      : { kind: 'call', call, session, token }
  }

  /** Takes a form: `approve`, `decline` or `sign_out`, with the token of the page that has it. */
  async decide(
    request: DeskRequest,
    form: { readonly action: unknown; readonly token: unknown },
  ): Promise<FormAnswer> {
    const { id, session, requestId } = request
    if (!PendingCalls.isId(id)) return 'unknown'
    if (session === undefined) return 'sign_in'
    if (!isFormToken(session, id, form.token)) return 'untrusted'
    if (form.action === 'sign_out') {
      await this.#sessions.end(session.id)
      return 'signed_out'
    }
    if (form.action !== 'approve' && form.action !== 'decline') return 'untrusted'
    const call = await this.#own(request, session)
    const decision = DECISIONS[form.action]
    if (call === undefined || !(await this.#pending.decide(id, decision))) return 'unknown'
    const { tool } = call
    logEvent(this.#log, 'info', { event: 'confirmation_decided', decision, tool, requestId })
    return 'decided'
  }

  async #own(
    { id, requestId }: DeskRequest,
    { user }: PageSession,
  ): Promise<PendingCall | undefined> {
    const call = await this.#pending.find(id)
    if (call === undefined || call.user === user) return call
    const { tool } = call
    logEvent(this.#log, 'warn', {
      event: 'confirmation_foreign',
      ...{ tool, security: true, requestId },
    })
    return undefined
  }
}
