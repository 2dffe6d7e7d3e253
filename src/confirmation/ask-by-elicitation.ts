import {
  SdkError,
  SdkErrorCode,
  type ElicitRequestFormParams,
  type ElicitResult,
  type RequestOptions,
} from '@modelcontextprotocol/server'
import { OnBehalfOfError } from '../failures/errors.js'
import type { AskedCall, AskUser, Reply } from './ask-user.js'
import { consentForm } from './consent-form.js'

/** The SDK has deprecated it for later clients; for 2025 ones, it is the one way to ask within a call. */
interface AskedClient {
  elicitInput(params: ElicitRequestFormParams, options: RequestOptions): Promise<ElicitResult>
}

const REPLIES = {
  accept: { kind: 'agreed' },
  decline: { kind: 'declined' },
  cancel: { kind: 'dismissed' },
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

  async ask({ context, question }: AskedCall): Promise<Reply> {
    const { id, signal } = context.mcpReq
    const client: AskedClient = context.mcpReq
    // On the stream of the call: the client reads that one.
    const options = { relatedRequestId: id, timeout: this.#waitMs, signal }
    try {
      const { action } = await client.elicitInput(consentForm(question), options)
      return signal.aborted ? withdrawn() : REPLIES[action]
    } catch (error) {
      return signal.aborted ? withdrawn() : replyTo(error)
    }
  }
}

/** The client no longer waits for the call: an answer that comes now is for nobody. */
function withdrawn(): never {
  throw new OnBehalfOfError('cancelled')
}

function replyTo(error: unknown): Reply {
  if (!(error instanceof SdkError)) return { kind: 'unreachable' }
  if (error.code === SdkErrorCode.RequestTimeout) return { kind: 'dismissed' }
  return error.code === SdkErrorCode.ConnectionClosed ? withdrawn() : { kind: 'unreachable' }
}
