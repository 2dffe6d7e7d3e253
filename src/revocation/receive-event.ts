import { OnBehalfOfError } from '../failures/errors.js'
import { OUTAGE_RETRY_SECONDS } from '../failures/outage-retry.js'
import { EventRefusedError, type EventFault } from './event-fault.js'
import type { ReceivedEvents } from './received-events.js'

/** Nothing is wrong with an event, and what it says could not be done: the sender sends it again. */
export interface SendAgain {
  readonly status: 503
  readonly retryAfterSeconds: number
}

export const SEND_AGAIN: SendAgain = { status: 503, retryAfterSeconds: OUTAGE_RETRY_SECONDS }

/** What becomes of the token of an event. */
export interface ReceivedEvent<Answer> {
  readonly received: ReceivedEvents
  /** Rejects with an `EventRefusedError` for a token that does nothing. */
  readonly apply: (token: string) => Promise<Answer>
  readonly refused: (fault: EventFault) => Answer
}

/** Takes the token of an event. Rejects with what is unforeseen alone. */
export async function receiveEvent<Answer>(
  token: unknown,
  { received, apply, refused }: ReceivedEvent<Answer>,
): Promise<Answer | SendAgain> {
  try {
    if (typeof token !== 'string' || token === '') throw new EventRefusedError('request')
    return await apply(token)
  } catch (error) {
    if (error instanceof EventRefusedError) return refused(error.fault)
    if (!(error instanceof OnBehalfOfError)) throw error
    received.count('unavailable')
    const { retryAfterSeconds = OUTAGE_RETRY_SECONDS } = error.details
    return { status: 503, retryAfterSeconds }
  }
}
