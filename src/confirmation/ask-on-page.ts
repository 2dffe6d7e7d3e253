import { randomUUID } from 'node:crypto'
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  inputRequired,
  inputResponse,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server'
import { OnBehalfOfError } from '../failures/errors.js'
import { userKeyOf } from '../identity/caller.js'
import { errorResult } from '../mcp/error-result.js'
import { signedInTokenOf } from '../revocation/signed-out.js'
import { StoreUnavailableError } from '../store/store.js'
import type { Clock } from '../time/clock.js'
import type { AskedCall, AskUser, Reply } from './ask-user.js'
import type { CallsOnPage } from './confirmation-page.js'
import { elicit, withdrawn } from './elicit.js'
import type { AskedOnPage, PendingCall, Taken } from './pending-calls.js'

/** The name of the request to open the page among the input requests of an answer. */
const REQUEST = 'confirm_on_page'
const MAX_CLIENT_NAME = 100

/** The calls that wait, and where each has its page. */
export interface AskOnPageOptions {
  readonly pending: CallsOnPage
  readonly urlOf: (id: string) => URL
  readonly clock: Clock
}

/**
 * Asks on a page of this server: the person opens its address in a browser, signs in, and approves the call there. Then the client
 * sends the same call again.
 *
 * Whatever the client answers is no approval. A client that opens addresses for its user is asked to (MCP 2025-11-25 and 2026-07-28,
 * Elicitation, URL mode); every other gets a tool error with the address. The call of a 2025 client waits meanwhile.
 */
export class AskOnPage implements AskUser {
  readonly #options: AskOnPageOptions

  constructor(options: AskOnPageOptions) {
    this.#options = options
  }

  async ask(call: AskedCall): Promise<Reply> {
    const { context } = call
    const taken = await this.#take(call)
    if (taken.kind !== 'waiting') return taken
    const envelope: Envelope = context.mcpReq.envelope
    if (!isModern(envelope)) return this.#openedMeanwhile(call, taken.call)
    const answer = inputResponse(context.mcpReq.inputResponses, REQUEST)
    if (answer.kind === 'elicit' && answer.action !== 'accept') return { kind: 'dismissed' }
    const opensUrls = answer.kind !== 'elicit' && opensUrlsFor(envelope)
    return { kind: 'asked', result: this.#request(taken.call, opensUrls) }
  }

  async isPending(subject: string): Promise<boolean> {
    try {
      return await this.#options.pending.has(subject)
    } catch (error) {
      // While the store cannot be had, what the policy says now counts.
      if (error instanceof StoreUnavailableError) return false
      throw error
    }
  }

  async #take({ context, caller, tool, question, subject }: AskedCall): Promise<PageReply> {
    const client = { id: caller.clientId, name: nameOf(context.mcpReq.envelope) }
    const asker = signedInTokenOf(caller)
    const asked = { user: userKeyOf(caller), asker, tool, question, client, subject }
    const taken = await this.#answerTo(asked)
    if (taken === 'full') throw tooMany()
    return taken.kind === 'approved' ? { kind: 'agreed', giveBack: taken.giveBack } : taken
  }

  async #answerTo(asked: AskedOnPage): Promise<Taken | 'full'> {
    try {
      return await this.#options.pending.take(asked)
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw notKept(error)
      throw error
    }
  }

  /** In a session of a client that opens addresses: the call waits until the person has decided. */
  async #openedMeanwhile(call: AskedCall, waiting: PendingCall): Promise<Reply> {
    const { pending, urlOf, clock } = this.#options
    const { mcpReq } = call.context
    const { href: url } = urlOf(waiting.id)
    const elicitationId = randomUUID()
    const leftMs = Math.max(1, waiting.expiresAtMs - clock())
    const params = { mode: 'url', message: MESSAGE, url, elicitationId } as const
    const action = await elicit(call, params, leftMs)
    if (action === 'unreachable') return { kind: 'asked', result: errorResult(textWith(url)) }
    if (action !== 'accept') return { kind: 'dismissed' }
    const isDecided = await pending.decided(waiting.id, call.signal)
    if (call.signal.aborted) withdrawn()
    if (!isDecided) return { kind: 'dismissed' }
    const done = {
      method: 'notifications/elicitation/complete',
      params: { elicitationId },
    } as const
    await mcpReq.notify(done).catch(() => undefined)
    const taken = await this.#take(call)
    // Another call with the same arguments was faster, and has used the approval.
    return taken.kind === 'waiting'
      ? { kind: 'asked', result: this.#request(taken.call, false) }
      : taken
  }

  #request({ id }: PendingCall, opensUrls: boolean) {
    const { href: url } = this.#options.urlOf(id)
    if (!opensUrls) return errorResult(textWith(url))
    return inputRequired({
      inputRequests: { [REQUEST]: inputRequired.elicitUrl({ message: MESSAGE, url }) },
    })
  }
}

type Envelope = Readonly<Record<string, unknown>> | undefined

/** What is known of a call on the page, with an approval that counts here. */
type PageReply =
  | Extract<Reply, { readonly kind: 'agreed' | 'declined' }>
  | { readonly kind: 'waiting'; readonly call: PendingCall }

function isModern(envelope: Envelope): boolean {
  return envelope?.[PROTOCOL_VERSION_META_KEY] !== undefined
}

function opensUrlsFor(envelope: Envelope): boolean {
  const { elicitation } = (envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? {}) as Partial<
    Record<'elicitation', { readonly url?: unknown } | null>
  >
  return elicitation?.url !== undefined
}

/** What a client says of itself, cut. */
function nameOf(envelope: Envelope): string | undefined {
  const { name } = (envelope?.[CLIENT_INFO_META_KEY] ?? {}) as { readonly name?: unknown }
  return typeof name === 'string' ? name.slice(0, MAX_CLIENT_NAME) : undefined
}

const MESSAGE =
  'A tool call waits for your approval. Open this page, sign in, and read what is to be called.'

function textWith(url: string): string {
  return `Nothing was called: the user has to approve this call first, on a page of this server. Ask the user to open this address in a browser: ${url} When the user says that it is approved, call the tool again with exactly the same arguments. Only the user can approve it.`
}

function tooMany(): OnBehalfOfError {
  const reason = 'too_many_confirmations'
  return new OnBehalfOfError('confirmation_unavailable', { reason, description: TOO_MANY })
}

const TOO_MANY =
  'Too many calls wait for approval. Nothing was called. Ask the user to approve or decline those first, or try again in a few minutes.'

function notKept(cause: unknown): OnBehalfOfError {
  return new OnBehalfOfError('confirmation_unavailable', {
    reason: 'consents_unavailable',
    description:
      'The user cannot be asked at present, so nothing was called. Try again in a minute.',
    cause,
    log: { hint: NOT_KEPT_HINT },
  })
}

const NOT_KEPT_HINT =
  'The shared store cannot be had, and calls that wait for approval on a page are kept there. Bring the store back.'
