import {
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  inputResponse,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server'
import { OnBehalfOfError } from '../failures/errors.js'
import type { FailureReason } from '../failures/failure-reasons.js'
import { userKeyOf } from '../identity/caller.js'
import type { AskedCall, AskUser, Reply } from './ask-user.js'
import { consentForm } from './consent-form.js'
import type { ConsentSeal } from './consent-seal.js'
import type { SharedConsents } from './shared-consents.js'
import type { UsedConsents } from './used-consents.js'

/** Remembers which consents were used: in this process, or in all instances. */
export type ConsentMemory = Pick<UsedConsents, 'take'> | Pick<SharedConsents, 'take'>

/** The name of the question among the input requests of an answer. */
const QUESTION = 'confirm'

/**
 * Asks by an answer that requires input (MCP 2026-07-28, Multi Round-Trip Requests): the client asks its user, and sends the call
 * once more, with the answer and the sealed state.
 *
 * The state counts for the call that it was made for, until it expires, and once.
 */
export class AskByRounds implements AskUser {
  readonly #seal: ConsentSeal
  readonly #used: ConsentMemory

  constructor({ seal, used }: { readonly seal: ConsentSeal; readonly used: ConsentMemory }) {
    this.#seal = seal
    this.#used = used
  }

  ask(call: AskedCall): Promise<Reply> {
    const { inputResponses, requestState } = call.context.mcpReq
    const envelope: Readonly<Record<string, unknown>> | undefined = call.context.mcpReq.envelope
    if (envelope?.[PROTOCOL_VERSION_META_KEY] === undefined) return UNREACHABLE
    const state = requestState()
    const canAsk = showsForms(envelope[CLIENT_CAPABILITIES_META_KEY])
    // Without a state, a client that shows no forms may answer what it was asked in another way.
    if (state === undefined && !canAsk) return UNREACHABLE
    if (state !== undefined || inputResponses !== undefined) {
      return this.#replied(call, state)
    }
    const result = inputRequired({
      inputRequests: { [QUESTION]: inputRequired.elicit(consentForm(call.question)) },
      requestState: this.#seal.seal(call.subject),
    })
    return Promise.resolve({ kind: 'asked', result })
  }

  async #replied({ context, caller, subject }: AskedCall, state: unknown): Promise<Reply> {
    const opened = this.#seal.open(state, subject)
    if (opened === 'mismatch') throw refused('confirmation_mismatch')
    if (opened === 'expired') throw refused('confirmation_expired', TOO_LATE)
    const answer = inputResponse(context.mcpReq.inputResponses, QUESTION)
    if (answer.kind !== 'elicit') throw refused('confirmation_unanswered', UNANSWERED)
    const taken = await this.#used.take(userKeyOf(caller), opened)
    if (taken === 'used') throw refused('confirmation_used', USED)
    if (taken === 'full') throw tooMany()
    if (taken === 'unavailable') throw notRemembered()
    if (answer.action === 'accept') return { kind: 'agreed', giveBack: taken.giveBack }
    return { kind: answer.action === 'decline' ? 'declined' : 'dismissed' }
  }
}

const UNREACHABLE: Promise<Reply> = Promise.resolve({ kind: 'unreachable' })

const AGAIN = 'Nothing was called. Call the tool again: then the user is asked again.'
const TOO_LATE = `The user's answer came too late. ${AGAIN}`
const UNANSWERED = `The user's answer is missing. ${AGAIN}`
const USED = `This confirmation was used before, and each counts for one call. Nothing was called this time. Call the tool again: then the user is asked again.`
const TOO_MANY =
  'Too many confirmations were given within a few minutes. Nothing was called. Try again in a few minutes.'

function refused(reason: FailureReason, description?: string): OnBehalfOfError {
  return new OnBehalfOfError('confirmation_refused', { reason, description })
}

function tooMany(): OnBehalfOfError {
  const reason = 'too_many_confirmations'
  return new OnBehalfOfError('confirmation_unavailable', { reason, description: TOO_MANY })
}

function notRemembered(): OnBehalfOfError {
  return new OnBehalfOfError('confirmation_unavailable', {
    reason: 'consents_unavailable',
    description:
      'It cannot be checked at present whether this confirmation was used before, so nothing was called. Try again in a minute.',
    log: { hint: NOT_REMEMBERED_HINT },
  })
}

const NOT_REMEMBERED_HINT =
  'The shared store cannot be had, and a confirmation counts once in all instances. Bring the store back, or set STORE_OUTAGE=local.'

/** `elicitation` without a mode means forms (MCP 2026-07-28, Elicitation, Capabilities). */
function showsForms(capabilities: unknown): boolean {
  const { elicitation } = (capabilities ?? {}) as { readonly elicitation?: unknown }
  if (typeof elicitation !== 'object' || elicitation === null) return false
  const { form, url } = elicitation as { readonly form?: unknown; readonly url?: unknown }
  return form !== undefined || url === undefined
}
