import type {
  CallToolResult,
  InputRequiredResult,
  ServerContext,
} from '@modelcontextprotocol/server'
import type { Caller } from '../identity/caller.js'

/** A call that waits for the user's consent. */
export interface AskedCall {
  readonly context: ServerContext
  readonly caller: Caller
  readonly tool: string
  /** What the user reads. */
  readonly question: string
  /** All that the consent is for, as one text: the consent to one call is none to another. */
  readonly subject: string
  /** Aborts when nobody waits for the call any more, or its user is signed out. */
  readonly signal: AbortSignal
}

/** What came of asking. */
export type Reply =
  | {
      readonly kind: 'agreed'
      /** Makes the consent count once more, for a call that did not take place. Absent: it counts for this request alone. */
      readonly giveBack?: (() => void) | undefined
    }
  /** The answer comes with another request. */
  | { readonly kind: 'asked'; readonly result: CallToolResult | InputRequiredResult }
  | { readonly kind: 'declined' }
  /** The user closed the question, or let it be. */
  | { readonly kind: 'dismissed' }
  /** This way does not lead to the user. */
  | { readonly kind: 'unreachable' }

/** A way of asking the user. Rejects with `confirmation_refused` for an answer that does not belong to the call. */
export interface AskUser {
  ask(call: AskedCall): Promise<Reply>
  /** Whether the user has been asked about the call of a subject, and what they say counts. Absent: that is not known between two requests. */
  isPending?(subject: string): Promise<boolean>
}
