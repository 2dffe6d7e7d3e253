import { randomBytes } from 'node:crypto'
import type {
  CallToolResult,
  InputRequiredResult,
  ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { openAfterConsent } from '../downstream/downstream-access.js'
import { OnBehalfOfError } from '../failures/errors.js'
import { requireAuthContext } from '../identity/auth-context.js'
import { logEvent } from '../logging/log-event.js'
import { LOGGER_OPTION, silentLog, type Logger } from '../logging/logger.js'
import { errorResult } from '../mcp/error-result.js'
import { observationOf } from '../observability/observation-of.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { verdictOn } from '../policy/call-verdicts.js'
import type { PolicyVerdict } from '../policy/policy-verdict.js'
import type { Revocation } from '../revocation/revocation.js'
import { whileSignedIn } from '../revocation/while-signed-in.js'
import { Secret } from '../secret.js'
import { SHARED_STATE_OPTION, type SharedState } from '../store/shared-state.js'
import { systemClock, type Clock } from '../time/clock.js'
import type { ToolRequirements, ToolSchema } from '../tools/tool.js'
import { AskByElicitation } from './ask-by-elicitation.js'
import { AskByRounds, type ConsentMemory } from './ask-by-rounds.js'
import { AskOnPage } from './ask-on-page.js'
import type { AskedCall, AskUser, Reply } from './ask-user.js'
import type { ConfirmationPage } from './confirmation-page.js'
import { ConsentSeal } from './consent-seal.js'
import { consentSubject } from './consent-subject.js'
import { DEFAULT_LIFETIME_MS, LIFETIME_OPTION } from './lifetime.js'
import { publishedSchema } from './published-schema.js'
import { questionOf } from './question.js'
import { SharedConsents } from './shared-consents.js'
import { UsedConsents } from './used-consents.js'

/** How users are asked before a call. */
export interface ConfirmationOptions {
  /**
   * Seal what a client carries between question and answer; 32 random characters or more each, the same in all instances. The
   * first seals, all open, so that a key can be replaced. Default: a random one, which no other instance has, nor this one after a
   * restart.
   */
  readonly keys?: readonly Secret[] | undefined
  /** Where it is remembered which answers were used, so that each counts once in all instances. Default: in this process. */
  readonly shared?: Pick<SharedState, 'store' | 'outage'> | undefined
  /** How long an answer counts, in milliseconds. Default 5 minutes. */
  readonly lifetimeMs?: number | undefined
  /** Where users can approve calls themselves, by `createConfirmationPage`. Default: nowhere. */
  readonly page?: ConfirmationPage | undefined
  /** For which clients that page is: those that cannot ask (`fallback`, the default), or all, whatever they can (`always`). */
  readonly pageUse?: PageUse | undefined
  /**
   * Ends questions of users who are signed out: nothing that was asked before is answered after. The same as that of `onBehalfOf`. Default:
   * they end by time alone.
   */
  readonly revocation?: Pick<Revocation, 'watch' | 'cutoffOf'> | undefined
  /** Default: none. */
  readonly log?: Logger | undefined
  readonly clock?: Clock | undefined
}

/** For which clients the page is. */
export type PageUse = 'fallback' | 'always'

/** A call before which the user is asked. */
export interface ConfirmedCall {
  /** As it is declared. */
  readonly tool: Pick<ToolRequirements, 'name' | 'confirm'> & {
    readonly title?: string | undefined
    /** The question has the arguments in its order. Default: in that in which they were sent. */
    readonly inputSchema?: ToolSchema | undefined
  }
  /** What the user is shown and agrees to, as JSON has it. */
  readonly args: Readonly<Record<string, unknown>>
  /** Changes with what the tool is and does: then an answer from before is none. Default: it never changes. */
  readonly version?: string | undefined
}

/** Why a call does not take place (yet). */
export interface Unconfirmed {
  /** `asked`: the user's answer comes with the client's next request. `dismissed`: there is none. */
  readonly outcome: 'asked' | 'declined' | 'dismissed'
  /** What the handler has to return. */
  readonly result: CallToolResult | InputRequiredResult
}

/** Asks users before calls are made in their name. */
export interface Confirmation {
  /**
   * Asks the user about a call. `undefined`: they have agreed to exactly this call, and `downstreamOf` gives its API. Else the
   * handler returns `result`, and does nothing.
   *
   * Rejects with `invalid_argument` for arguments that cannot be shown, with `confirmation_unavailable` where the user cannot be asked, with `confirmation_refused` for an answer that is
   * not one for this call, and with what the token exchange fails with, which takes place here.
   */
  ask(context: ServerContext, call: ConfirmedCall): Promise<Unconfirmed | undefined>
  /**
   * Whether exactly this call waits on the page, or what the user said there has not been used: then it has to be asked about, whatever
   * a policy says now. Always false without a page, and while the store of the page cannot be had.
   */
  isPending(context: ServerContext, call: ConfirmedCall): Promise<boolean>
}

const MIN_KEY_CHARACTERS = 32

const KEY = z
  .instanceof(Secret, { error: 'must be a Secret' })
  .refine(
    (key) => key.reveal().length >= MIN_KEY_CHARACTERS,
    `must have ${MIN_KEY_CHARACTERS} characters or more`,
  )

/** The schema of `ConfirmationOptions`. */
export const CONFIRMATION_OPTION = optionsSchema<ConfirmationOptions>({
  keys: z.array(KEY, 'must be a list of keys').min(1, 'must have a key, or be left out').optional(),
  shared: SHARED_STATE_OPTION.pick({ store: true, outage: true }).optional(),
  lifetimeMs: LIFETIME_OPTION.optional(),
  page: optionValues.withFunctions('made by createConfirmationPage', 'urlOf').optional(),
  pageUse: optionValues.oneOf('fallback', 'always').optional(),
  revocation: optionValues.withFunctions('a Revocation', 'watch', 'cutoffOf').optional(),
  log: LOGGER_OPTION.optional(),
  clock: optionValues.callable.optional(),
})

/**
 * Creates what asks users before calls that are made in their name, for tools with `confirm`.
 *
 * 2026-07-28 clients are asked by an answer that requires input; 2025 clients within a session, by elicitation. A client that
 * declares no `elicitation` cannot ask, and the call is refused. How honestly a client asks its user is for the user to judge: this
 * server sees the answer alone. An answer counts once: with `shared` in all instances, without it in each. Throws a `TypeError` that names every issue of the options.
 *
 * For handlers of the official SDK v2, in a server without a `requestState.verify` of its own.
 *
 * @category Tools and sessions
 * @example
 * const confirmation = createConfirmation({ keys: [new Secret('replace-me-by-64-random-hex-digits')], log })
 * const tool = { name: 'cancel_booking', confirm: { operation: 'DELETE /bookings/{id}' } }
 * server.registerTool(tool.name, { inputSchema: z.object({ id: z.string() }) }, async (args, context) => {
 *   const unconfirmed = await confirmation.ask(context, { tool, args })
 *   if (unconfirmed !== undefined) return unconfirmed.result
 *   const api = downstreamOf(context, tool.name)
 *   await api.json('/bookings/{id}', { method: 'DELETE', params: args, schema: z.undefined() })
 *   return { content: [{ type: 'text', text: 'Cancelled.' }] }
 * })
 */
export function createConfirmation(options: ConfirmationOptions = {}): Confirmation {
  assertOptions('createConfirmation', CONFIRMATION_OPTION, options)
  const { lifetimeMs = DEFAULT_LIFETIME_MS, clock = systemClock, page, pageUse } = options
  const onPage = page === undefined ? [] : [new AskOnPage(page)]
  const { revocation } = options
  if (page !== undefined && pageUse === 'always') return confirmationBy(onPage, revocation)
  const seal = new ConsentSeal({ keys: keysOf(options), lifetimeMs, clock })
  const used = consentMemory(options.shared, clock)
  const byClient = [new AskByRounds({ seal, used }), new AskByElicitation({ waitMs: lifetimeMs })]
  return confirmationBy([...byClient, ...onPage], revocation)
}

function consentMemory(shared: ConfirmationOptions['shared'], clock: Clock): ConsentMemory {
  const local = new UsedConsents({ clock })
  return shared === undefined ? local : new SharedConsents({ ...shared, local, clock })
}

function keysOf({ keys = [], log = silentLog }: ConfirmationOptions): [Secret, ...Secret[]] {
  const [first, ...more] = keys
  if (first !== undefined) return [first, ...more]
  logEvent(log, 'warn', { event: 'confirmation_key_random', hint: RANDOM_KEY })
  return [new Secret(randomBytes(MIN_KEY_CHARACTERS).toString('hex'))]
}

const RANDOM_KEY =
  'Tools ask users before they run, and the key that seals their confirmations is random: an answer is refused that reaches another instance, or this one after a restart. With several instances, set CONFIRMATION_KEYS (keys of createConfirmation) to the same value in all of them.'

/** Asks in the first of several ways that leads to the user. */
function confirmationBy(
  ways: readonly AskUser[],
  revocation: ConfirmationOptions['revocation'],
): Confirmation {
  const remembering = ways.filter((way) => way.isPending !== undefined)
  return {
    isPending: async (context, { tool, args, version }) => {
      if (remembering.length === 0) return false
      const { caller } = requireAuthContext(context.http?.authInfo)
      const signedOutAt = revocation?.cutoffOf(caller)
      const subject = consentSubject({ caller, tool: tool.name, args, version, signedOutAt })
      if (subject === undefined) return false
      const pending = await Promise.all(remembering.map(async (way) => way.isPending?.(subject)))
      return pending.includes(true)
    },
    async ask(context, call) {
      const { signal } = context.mcpReq
      const { caller } = requireAuthContext(context.http?.authInfo)
      const asked = askedCall(context, call, revocation?.cutoffOf(caller))
      const reply = await whileSignedIn({ revocation, caller, signal }, (ends = signal) =>
        replyTo({ ...asked, signal: ends }, ways),
      )
      if (reply.kind === 'asked') return { outcome: 'asked', result: reply.result }
      if (reply.kind === 'unreachable') throw unreachable(isAskedByPolicy(context, call))
      if (reply.kind !== 'agreed')
        return { outcome: reply.kind, result: errorResult(TEXTS[reply.kind]) }
      observationOf(context.http?.authInfo)?.confirmed(call.tool.name, context.mcpReq.id)
      await openAfterConsent(context, call.tool.name).catch((error: unknown) => {
        reply.giveBack?.()
        throw error
      })
      return undefined
    },
  }
}

async function replyTo(call: AskedCall, ways: readonly AskUser[]): Promise<Reply> {
  for (const way of ways) {
    const reply = await way.ask(call)
    if (reply.kind !== 'unreachable') return reply
  }
  return { kind: 'unreachable' }
}

function askedCall(
  context: ServerContext,
  { tool, args, version }: ConfirmedCall,
  signedOutAt: number | undefined,
): Omit<AskedCall, 'signal'> {
  const { caller } = requireAuthContext(context.http?.authInfo)
  const { name, title, confirm, inputSchema } = tool
  const operation = typeof confirm === 'object' ? confirm.operation : undefined
  const reason = verdictOfCall(context, name)?.reason
  const subject = consentSubject({ caller, tool: name, args, version, signedOutAt })
  if (subject === undefined) throw tooDeep()
  const schema = publishedSchema(inputSchema)
  const question = questionOf({ tool: name, title, operation, args, reason, schema })
  return { context, caller, tool: name, subject, question }
}

function verdictOfCall({ http, mcpReq }: ServerContext, tool: string): PolicyVerdict | undefined {
  return verdictOn(http?.authInfo, tool, mcpReq.id)
}

function isAskedByPolicy(context: ServerContext, { tool }: ConfirmedCall): boolean {
  return verdictOfCall(context, tool.name)?.kind === 'asked'
}

function tooDeep(): OnBehalfOfError {
  return new OnBehalfOfError('invalid_argument', {
    reason: 'too_deep',
    description:
      'The arguments of this tool are nested too deep to be confirmed. Send less deep ones.',
  })
}

function unreachable(byPolicy: boolean): OnBehalfOfError {
  if (byPolicy)
    return new OnBehalfOfError('confirmation_unavailable', {
      reason: 'client_cannot_ask',
      description: POLICY_CANNOT_ASK,
      log: { hint: POLICY_CANNOT_ASK_HINT },
    })
  return new OnBehalfOfError('confirmation_unavailable', {
    reason: 'client_cannot_ask',
    description: CANNOT_ASK,
    log: { hint: CANNOT_ASK_HINT },
  })
}

const CANNOT_ASK =
  'This tool asks the user before it runs, and this client cannot ask: it does not support elicitation, or a 2025 client has no session. Nothing was called. Use another client, or have the operator change CONFIRMATION_PAGE, MCP_SESSIONS, OPENAPI_CONFIRM or the confirm of this tool.'
const CANNOT_ASK_HINT =
  'Set CONFIRMATION_PAGE=fallback, so that users can approve calls on a page of this server, or MCP_SESSIONS=on, so that 2025 clients with elicitation can be asked. Or let the tool run without asking: OPENAPI_CONFIRM=off, confirm: false of the operation in its curation, or confirm of the tool in your own code.'

const POLICY_CANNOT_ASK =
  'A policy of this server wants the user asked before this call, and this client cannot ask: it does not support elicitation, or a 2025 client has no session. Nothing was called. Use another client, or have the operator change CONFIRMATION_PAGE, MCP_SESSIONS or the policy.'
const POLICY_CANNOT_ASK_HINT =
  'Set CONFIRMATION_PAGE=fallback, so that users can approve calls on a page of this server, or MCP_SESSIONS=on, so that 2025 clients with elicitation can be asked. Or have the policy allow this call; OPENAPI_CONFIRM and confirm do not change what a policy wants.'

const TEXTS = {
  declined:
    'The user declined this call, and nothing was called. Do not try it again unless the user asks for it.',
  dismissed:
    'The user did not answer whether this call may be made, so nothing was called. Ask the user before you try it again.',
} as const
