import {
  isInputRequiredResult,
  type AuthInfo,
  type CallToolResult,
  type InputRequiredResult,
  type ServerContext,
  type StandardSchemaV1,
} from '@modelcontextprotocol/server'
import { downstreamOf } from '../downstream/downstream-access.js'
import { offerChallenge } from '../downstream/challenge-results.js'
import { downstreamStepUp } from '../downstream/downstream-step-up.js'
import { answerRule } from '../failures/answer-rule.js'
import { asOnBehalfOfError, OnBehalfOfError } from '../failures/errors.js'
import { FAILURE_TABLE } from '../failures/failure-table.js'
import { failureText } from '../failures/failure-text.js'
import { anonymousRequest, requestObservation } from '../identity/anonymous-request.js'
import { findAuthContext, requireAuthContext } from '../identity/auth-context.js'
import { describeError } from '../logging/describe-error.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { errorResult } from '../mcp/error-result.js'
import type { CallEnd } from '../observability/call-observation.js'
import { scrub } from '../logging/scrub.js'
import type { ToolAccess } from '../tools/access.js'
import { grantedAlternative } from '../tools/granted-alternatives.js'
import { keepHeldPlaces } from '../tools/held-places.js'
import type { ScopeNames } from '../tools/scope-names.js'
import { refusalOfCalls } from '../tools/refused-calls.js'
import type { DownstreamToolContext, PublicToolContext, Tool } from '../tools/tool.js'
import { askFirst, type AskingOptions } from './ask-first.js'
import { assertDecided, deniedByPolicy } from './policed-call.js'

/** What every call of a tool needs, whichever tool it is. */
export interface ToolCallOptions extends AskingOptions {
  readonly access: ToolAccess<Tool>
  readonly log: Logger
  /** Creates the reference that ties a tool error to its log line. */
  readonly createReference: () => string
  /** As in `ToolContext`. */
  readonly nameScopes?: ScopeNames | undefined
}

/** What a client gets: the tool's answer, or the question to the user before it runs. */
export type CallAnswer = CallToolResult | InputRequiredResult

/** One call, as the SDK hands it over. */
export interface ToolCall {
  readonly args: unknown
  /** The tool through which it is called, with the arguments of that one; `undefined` for a call of its own. */
  readonly through?: { readonly tool: Tool; readonly args: unknown } | undefined
  readonly context: ServerContext
  readonly options: ToolCallOptions
}

/**
 * Runs a tool. Checks the arguments and the output by its schemas, as the SDK does and in its words.
 *
 * Never rejects: what fails is a tool error.
 */
export async function callTool(tool: Tool, call: ToolCall): Promise<CallAnswer> {
  const { http, mcpReq } = call.context
  const observation = requestObservation(http?.authInfo)
  const run = async (): Promise<Answered> => {
    const running = answered(tool, call)
    keepHeldPlaces(http?.authInfo, tool.name, running)
    anonymousRequest(http?.authInfo)?.keepUntil(running)
    return running
  }
  if (observation === undefined) return (await run()).result
  const { result, ...end } = await observation.runs(tool.name, mcpReq.id, run)
  if (end.challenged === true) observation.decided([tool.name], 'step_up')
  const answerBytes = bytesOf(result)
  observation.callEnded(tool.name, mcpReq.id, { ...end, answerBytes })
  return result
}

/** What a tool answered, and what is to be said of its end. */
interface Answered extends Pick<CallEnd, 'outcome' | 'reason'> {
  readonly result: CallAnswer
  /** Whether the client is sent to ask for more scope. */
  readonly challenged?: boolean | undefined
}

async function answered(tool: Tool, { args, through, ...call }: ToolCall): Promise<Answered> {
  const { context } = call
  const refused = refusalOfCalls(context.http?.authInfo, tool.name) ?? deniedByPolicy(tool, context)
  const invocation: Invocation = { args: args as Record<string, unknown>, ...call }
  if (refused !== undefined) return toolError(tool, refused, invocation)
  if (through !== undefined) {
    const outer = await through.tool.inputSchema['~standard'].validate(through.args)
    if (outer.issues !== undefined) return invalidArguments(through.tool, outer.issues)
  }
  const input = await tool.inputSchema['~standard'].validate(args)
  if (input.issues !== undefined) return invalidArguments(tool, input.issues)
  const ran = await runTool(tool, { ...invocation, input: input.value })
  if (isInputRequiredResult(ran.result) || ran.result.isError === true) return ran
  if (tool.outputSchema === undefined) return ran
  const output = await tool.outputSchema['~standard'].validate(ran.result.structuredContent)
  if (output.issues === undefined) return ran
  const text = `Output validation error: Invalid structured content for tool ${tool.name}: ${issuesText(output.issues)}`
  return { outcome: 'invalid_output', result: errorResult(text) }
}

function invalidArguments(tool: Tool, issues: readonly StandardSchemaV1.Issue[]): Answered {
  const text = `Input validation error: Invalid arguments for tool ${tool.name}: ${issuesText(issues)}`
  return { outcome: 'invalid_arguments', result: errorResult(text) }
}

/** Of the texts in an answer: what a model reads. Structured content says the same. */
function bytesOf(answer: CallAnswer): number {
  if (isInputRequiredResult(answer)) return 0
  let bytes = 0
  for (const block of answer.content)
    if (block.type === 'text') bytes += Buffer.byteLength(block.text)
  return bytes
}

function issuesText(issues: readonly StandardSchemaV1.Issue[]): string {
  return issues
    .map(({ path = [], message }) =>
      path.length === 0 ? message : `${path.map(keyText).join('.')}: ${message}`,
    )
    .join(', ')
}

function keyText(segment: PropertyKey | StandardSchemaV1.PathSegment): string {
  return String(typeof segment === 'object' ? segment.key : segment)
}

interface Invocation {
  /** As the client sent them: what the user agrees to. */
  readonly args: Record<string, unknown>
  readonly context: ServerContext
  readonly options: ToolCallOptions
}

async function runTool(
  tool: Tool,
  { input, ...invocation }: Invocation & { readonly input: Record<string, unknown> },
): Promise<Answered> {
  const { context, options } = invocation
  try {
    assertAllowed(tool, context, options.access)
    assertDecided(tool, context, options.hasPolicy === true)
    const unconfirmed = await askFirst(tool, { ...invocation, input })
    if (unconfirmed !== undefined) return unconfirmed
    return { outcome: 'ok', result: await handled(tool, input, toolContext(tool, invocation)) }
  } catch (error) {
    return toolError(tool, error, invocation)
  }
}

async function handled(
  tool: Tool,
  input: Record<string, unknown>,
  context: DownstreamToolContext,
): Promise<CallToolResult> {
  if (tool.toText === undefined) {
    const { content } = await tool.handler(input, context)
    return { content: [...content] }
  }
  const output = await tool.handler(input, context)
  return { content: [{ type: 'text', text: tool.toText(output) }], structuredContent: output }
}

/** The middleware chain has decided this already. A server that is mounted without it decides here. */
function assertAllowed(tool: Tool, context: ServerContext, access: ToolAccess<Tool>): void {
  const authInfo = context.http?.authInfo
  if (anonymousRequest(authInfo) !== undefined && access.isPublic(tool.name)) return
  const { caller } = requireAuthContext(authInfo)
  if (grantedAlternative(authInfo, tool.name) !== undefined) return
  if (access.decide([tool.name], caller).kind !== 'allowed') {
    throw new OnBehalfOfError('insufficient_scope', { reason: 'tool_scopes_not_mounted' })
  }
}

/** Fails before the handler runs where the tool wants an API and the exchange gave no access to it. */
function toolContext(tool: Tool, { context, options }: Invocation): DownstreamToolContext {
  const { signal } = context.mcpReq
  const authInfo = context.http?.authInfo
  if (anonymousRequest(authInfo) !== undefined) return withoutCaller(signal)
  const { nameScopes } = options
  const { caller } = requireAuthContext(authInfo)
  let visible: ((toolName: string) => boolean) | undefined
  const isVisible = (toolName: string): boolean => {
    visible ??= options.access.visibilityFor(caller)
    return visible(toolName)
  }
  return tool.downstream === undefined
    ? ({ caller, signal, isVisible, nameScopes } as DownstreamToolContext)
    : { caller, signal, isVisible, nameScopes, downstream: downstreamOf(context, tool.name) }
}

/** What the handler of a public tool gets. The handlers of others have been refused before. */
function withoutCaller(signal: AbortSignal): DownstreamToolContext {
  const context: PublicToolContext = { caller: undefined, signal }
  return context as DownstreamToolContext
}

/** What comes of a challenge: the result that has it, and whether it is one for more scope. */
interface Challenged {
  readonly result: CallToolResult | undefined
  readonly forScope: boolean
}

const NOT_CHALLENGED: Challenged = { result: undefined, forScope: false }

/** Offers the challenge for more scope, or for other claims, that a failure comes to. */
function challengeOf(tool: Tool, error: OnBehalfOfError, { http }: ServerContext): Challenged {
  const authInfo = http?.authInfo
  if (authInfo === undefined || tool.downstream === undefined) return NOT_CHALLENGED
  const { caller } = requireAuthContext(authInfo)
  const requiredScopes = grantedAlternative(authInfo, tool.name)?.server ?? tool.requiredScopes
  const mapping = { tool: tool.name, requiredScopes, stepUp: tool.downstream.stepUp }
  const wantsClaims = answerRule(error).challenge === 'insufficient_claims'
  const challenge = wantsClaims ? error : downstreamStepUp(error, caller, mapping)
  if (challenge === undefined) return NOT_CHALLENGED
  return { result: offerChallenge(authInfo, challenge), forScope: !wantsClaims }
}

function toolError(tool: Tool, thrown: unknown, { context, options }: Invocation): Answered {
  const error = asOnBehalfOfError(thrown)
  const rule = FAILURE_TABLE[error.code]
  const reference = options.createReference()
  const { id: rpcId } = context.mcpReq
  logEvent(options.log, error.details.repeated === true ? 'debug' : rule.logLevel, {
    event: 'tool_failed',
    tool: tool.name,
    code: error.code,
    reason: error.details.reason,
    status: error.details.status,
    security: rule.security,
    reference,
    requestId: requestIdFor(context.http?.authInfo),
    rpcId: typeof rpcId === 'string' ? scrub(rpcId, 100) : rpcId,
    ...error.details.log,
    err: describeError(error),
    stack: error.code === 'internal_error' ? framesOf(thrown) : undefined,
  })
  const challenged = challengeOf(tool, error, context)
  const text = failureText(error.code, error.details)
  return {
    outcome: error.code,
    reason: error.details.reason,
    challenged: challenged.forScope,
    result:
      challenged.result ??
      errorResult(rule.includeReference ? `${text} (reference: ${reference})` : text),
  }
}

function requestIdFor(authInfo: AuthInfo | undefined): string | undefined {
  return (findAuthContext(authInfo) ?? anonymousRequest(authInfo))?.requestId
}

/** Where an error was thrown. Its message may quote what a call was about, so the frames alone. */
function framesOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined
  const { name, message, stack = '' } = thrown
  const head = `${name}: ${message}`
  const below = stack.startsWith(head) ? stack.slice(head.length) : stack
  const frames = below.split('\n').filter((line) => /^ {4}at \S/.test(line))
  return scrub(frames.map((line) => line.trim()).join(' | '), 2_000)
}
