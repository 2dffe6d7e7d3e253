import type { AskedCall, AskUser, Reply } from './ask-user.js'
import { consentForm } from './consent-form.js'
import { elicit } from './elicit.js'

const REPLIES = {
  accept: { kind: 'agreed' },
  decline: { kind: 'declined' },
  cancel: { kind: 'dismissed' },
  unreachable: { kind: 'unreachable' },
} as const satisfies Record<string, Reply>

/**
 * Asks by a request to the client while the call waits: in a session of a 2025 client with the capability `elicitation`
 * (MCP 2025-11-25, Elicitation).
 *
 * Nothing is sealed, since question and answer are of one call: the session belongs to one user and one client.
 */
export class AskByElicitation implements AskUser {
  readonly #waitMs: number

  constructor({ waitMs }: { readonly waitMs: number }) {
    this.#waitMs = waitMs
  }

  async ask(call: AskedCall): Promise<Reply> {
    return REPLIES[await elicit(call, consentForm(call.question), this.#waitMs)]
  }
}
