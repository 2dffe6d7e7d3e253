import type { AuthInfo } from '@modelcontextprotocol/server'
import { OnBehalfOfError } from '../failures/errors.js'
import { contentsOf, type HandlerContext } from '../identity/handler-context.js'
import { warnProcess } from '../logging/process-warning.js'
import { scrub } from '../logging/scrub.js'
import { permittedVerdict, verdictOn } from '../policy/call-verdicts.js'
import type { DownstreamClient } from './downstream-client.js'

/** What the exchange came to for one tool of one request: a way to the API, or the reason why there is none. */
export type DownstreamAccess =
  | ReadyAccess
  /** Nothing has been exchanged: each call waits for the user's consent to it. */
  | { readonly afterConsent: () => Promise<ReadyAccess> }

/** An access whose exchange has taken place. */
export type ReadyAccess =
  | {
      /** Opens the API for calls that end with `signal`, made for the message of that id. */
      readonly open: (
        signal: AbortSignal,
        messageId: string | number | undefined,
      ) => DownstreamClient
    }
  | { readonly failure: OnBehalfOfError }

/**
 * How a handler asks for its API.
 *
 * @category Start here
 */
export interface DownstreamOptions {
  /**
   * Ends the calls of the API. Default: the signal of the context, which aborts when the client cancels the call, and
   * outside a session also when the client goes away.
   */
  readonly signal?: AbortSignal | undefined
}

/** A request on which tools are called. */
export interface CalledTools {
  /** The declared tools that it calls. */
  readonly calls: readonly { readonly name: string; readonly downstream?: object | undefined }[]
  /** Tells the log that a handler asked for an API it cannot have. `undefined`: there is no log. */
  readonly report?: ((toolName: string, failure: OnBehalfOfError) => void) | undefined
  /** Whether a policy has to have decided about each call. Default false. */
  readonly hasPolicy?: boolean | undefined
}

interface RequestAccess extends CalledTools {
  readonly ofTools: Map<string, DownstreamAccess>
  /** Of the calls that the user has agreed to, by the ids of their messages. */
  readonly ofAgreed: Map<string | number | undefined, ReadyAccess>
}

const accesses = new WeakMap<AuthInfo, RequestAccess>()

/** Prepares a request's auth context for the accesses of its tools. */
export function openDownstreamAccess(authInfo: AuthInfo, called: CalledTools): void {
  accesses.set(authInfo, { ofTools: new Map(), ofAgreed: new Map(), ...called })
}

/** Attaches the access of one tool to the request's auth context, which has been prepared. */
export function attachDownstreamAccess(
  authInfo: AuthInfo,
  toolName: string,
  access: DownstreamAccess,
): void {
  accesses.get(authInfo)?.ofTools.set(toolName, access)
}

/**
 * Exchanges the token for one call that waited for the user's consent, now that they have agreed: `downstreamOf` then gives
 * its tool the API, for this call alone. Does nothing for a tool that waits for no consent. Rejects with the failure of the exchange.
 */
export async function openAfterConsent(context: HandlerContext, toolName: string): Promise<void> {
  const { authInfo, messageId } = contentsOf(context)
  const ofRequest = authInfo === undefined ? undefined : accesses.get(authInfo)
  const access = ofRequest?.ofTools.get(toolName)
  if (access === undefined || !waitsForConsent(access, authInfo, { toolName, messageId })) return
  const ready = 'afterConsent' in access ? await access.afterConsent() : access
  ofRequest?.ofAgreed.set(messageId, ready)
  if ('failure' in ready) throw ready.failure
}

/**
 * The API as the signed-in user, for a tool that declares a downstream. `context` is what the SDK handed to the handler.
 *
 * Throws the failure of the exchange where there was one, so that no handler runs without a token, and
 * `misconfigured` where no exchange took place for this tool on this request, `policy_unavailable` where no policy has decided about this
 * call although there is one, and where the user was to be asked about this call
 * and was not. The log says why; where the request has none, a
 * warning of the process does, once.
 *
 * @category Start here
 * @example
 * server.registerTool('greet', { inputSchema: z.object({}) }, async (_input, context) => {
 *   const api = downstreamOf(context, 'greet')
 *   const { sub } = await api.json('/me', { schema: z.object({ sub: z.string() }) })
 *   return { content: [{ type: 'text', text: `Hello ${sub}` }] }
 * })
 */
export function downstreamOf(
  context: HandlerContext,
  toolName: string,
  options: DownstreamOptions = {},
): DownstreamClient {
  const { authInfo, signal, messageId } = contentsOf(context)
  const ofRequest = authInfo === undefined ? undefined : accesses.get(authInfo)
  const access = ofRequest?.ofTools.get(toolName)
  if (access === undefined || signal === undefined) {
    throw noAccess(toolName, { isContext: signal !== undefined, authInfo, ofRequest })
  }
  permittedVerdict(authInfo, {
    ...{ tool: toolName, messageId, hasPolicy: ofRequest?.hasPolicy === true },
  })
  const waits = waitsForConsent(access, authInfo, { toolName, messageId })
  const ready = waits ? ofRequest?.ofAgreed.get(messageId) : readyOf(access)
  if (ready === undefined) throw notConfirmed(toolName, ofRequest)
  if ('failure' in ready) throw ready.failure
  return ready.open(options.signal ?? signal, messageId)
}

/** Tools with `confirm` wait, and calls before which a policy has the user asked. */
function waitsForConsent(
  access: DownstreamAccess,
  authInfo: AuthInfo | undefined,
  call: { readonly toolName: string; readonly messageId: string | number | undefined },
): boolean {
  const asked = verdictOn(authInfo, call.toolName, call.messageId)?.kind === 'asked'
  return asked || 'afterConsent' in access
}

function readyOf(access: DownstreamAccess): ReadyAccess | undefined {
  return 'afterConsent' in access ? undefined : access
}

function notConfirmed(tool: string, ofRequest: RequestAccess | undefined): OnBehalfOfError {
  const failure = new OnBehalfOfError('misconfigured', {
    reason: 'not_confirmed',
    log: { tool, ...NOT_CONFIRMED },
  })
  if (ofRequest?.report !== undefined) ofRequest.report(tool, failure)
  else warnProcess(warningText(NOT_CONFIRMED), 'MCP_ON_BEHALF_OF_WIRING')
  return failure
}

interface Finding {
  readonly isContext: boolean
  readonly authInfo: AuthInfo | undefined
  readonly ofRequest: RequestAccess | undefined
}

interface Diagnosis {
  readonly problem: string
  readonly hint: string
}

/** The failure, which goes to the log of the request; where there is none, a warning of the process says what is wrong. */
function noAccess(toolName: string, finding: Finding): OnBehalfOfError {
  const { isContext, ofRequest } = finding
  const tool = scrub(toolName, 100) ?? typeof toolName
  const wrongTool = isContext && ofRequest !== undefined
  const diagnosis = wrongTool ? wrongToolDiagnosis(tool, ofRequest) : wiringDiagnosis(finding)
  const failure = new OnBehalfOfError('misconfigured', {
    reason: 'no_downstream_access',
    log: { tool, ...diagnosis },
  })
  if (ofRequest?.report !== undefined) ofRequest.report(tool, failure)
  else warnProcess(warningText(wrongTool ? WRONG_TOOL : diagnosis), 'MCP_ON_BEHALF_OF_WIRING')
  return failure
}

function warningText({ problem, hint }: Diagnosis): string {
  return `mcp-on-behalf-of: ${problem}. To correct it, ${hint}.`
}

const NOT_CONFIRMED: Diagnosis = {
  problem:
    'downstreamOf() was asked for a tool with confirm, and the user has not agreed to this call',
  hint: 'call ask(context, { tool, args }) of createConfirmation() first, and return its result if it gives one',
}

/** Without the names, which are no part of a fixed text. */
const WRONG_TOOL: Diagnosis = {
  problem: 'the tool that downstreamOf() names does not run, or declares no downstream',
  hint: 'pass log to onBehalfOf: then the log names the tools',
}

function wrongToolDiagnosis(tool: string, { calls }: CalledTools): Diagnosis {
  const declare = (name: string): string =>
    `declare its downstream in tools: { name: "${name}", requiredScopes, downstream: { api, scopes } }`
  if (calls.some(({ name }) => name === tool)) {
    return { problem: `the tool "${tool}" runs, and declares no downstream`, hint: declare(tool) }
  }
  const [running] = calls.filter(({ downstream }) => downstream !== undefined)
  const names = calls.map(({ name }) => `"${name}"`).join(' and ')
  const runs = names === '' ? 'no declared tool runs' : `${names} ${calls[1] ? 'run' : 'runs'}`
  return {
    problem: `downstreamOf() was asked for the tool "${tool}", and ${runs}`,
    hint:
      running === undefined
        ? `name the tool that runs, and ${declare(calls[0]?.name ?? tool)}`
        : `name the tool that runs: downstreamOf(context, "${running.name}")`,
  }
}

function wiringDiagnosis({ isContext, authInfo }: Finding): Diagnosis {
  if (!isContext) {
    return {
      problem: "downstreamOf() was not given the SDK's context",
      hint: 'pass the context that the SDK hands to the handler (SDK v1: extra) as it is',
    }
  }
  if (authInfo === undefined) {
    return {
      problem: 'the context has no authInfo: the request was not verified',
      hint: 'mount protect in front of the endpoint, and hand authenticatedRequest(req) to the SDK',
    }
  }
  return {
    problem: 'no token exchange took place for the authInfo of this context',
    hint: "mount protect, or tokenExchange(), in front, and pass on the request's own authInfo, not a copy",
  }
}
