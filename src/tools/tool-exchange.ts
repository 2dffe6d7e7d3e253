import { z } from 'zod'
import { optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { AuthInfo } from '@modelcontextprotocol/server'
import {
  logCallFailure,
  logExchange,
  logExchangeFailure,
  type LoggedCall,
  type ToolHost,
} from '../downstream/call-log.js'
import {
  attachDownstreamAccess,
  openDownstreamAccess,
  type CalledTools,
  type ReadyAccess,
} from '../downstream/downstream-access.js'
import { createDownstreamClient, type DownstreamApi } from '../downstream/downstream-client.js'
import { downstreamStepUp, type StepUpMapping } from '../downstream/downstream-step-up.js'
import { ExchangedTokenSource } from '../downstream/exchanged-token-source.js'
import { createSignedInSender } from '../downstream/signed-in-sender.js'
import { createFairSender, type FairSender } from '../downstream/fair-sender.js'
import type { TraceContext } from '../downstream/trace-context.js'
import { assertDelegationAllowed, type DelegationPolicy } from '../exchange/delegation-policy.js'
import {
  EXCHANGE_TARGET_SHAPE,
  isStandardTarget,
  resolveTarget,
  type ExchangeTarget,
  type ResolvedTarget,
} from '../exchange/exchange-target.js'
import type { TokenExchanger } from '../exchange/token-exchanger.js'
import { answerRule } from '../failures/answer-rule.js'
import { asOnBehalfOfError, OnBehalfOfError } from '../failures/errors.js'
import type { Fetch } from '../http/fetch-json.js'
import { createSender } from '../http/create-sender.js'
import { requireAuthContext } from '../identity/auth-context.js'
import { userKeyOf, type Caller } from '../identity/caller.js'
import { silentLog, type Logger } from '../logging/logger.js'
import type { RequestObservation } from '../observability/request-observation.js'
import type { Revocation } from '../revocation/revocation.js'
import { ClaimsLoops } from './claims-loops.js'
import { observedFor } from './observed-exchange.js'
import { exchangeAfterConsent } from './exchange-after-consent.js'
import { grantedAlternative } from './granted-alternatives.js'
import type { PipelineObserver } from '../observability/pipeline-observer.js'
import { policyOnTool } from './policy-on-tool.js'
import { refusalOfCalls } from './refused-calls.js'
import type { ToolRegistry } from './registry.js'
import {
  isConfirmed,
  type DownstreamRequirement,
  type ToolAlternative,
  type ToolRequirements,
} from './tool.js'

/** Which tools call which APIs, and how. */
export interface ToolExchangeOptions {
  readonly registry: ToolRegistry<ToolRequirements>
  readonly exchanger: TokenExchanger
  /** The protected APIs by the names that tools declare. */
  readonly apis: Readonly<Record<string, DownstreamApi>>
  /** Through whom calls may come. Default: at most five actors, any. */
  readonly delegation?: DelegationPolicy | undefined
  /** Calls the APIs. Default: connections of its own. With another `fetch` than that of `createOutgoingFetch`, calls are slower. */
  readonly fetch?: Fetch | undefined
  /** For one call of an API, waiting for its turn included. Default 10000. */
  readonly timeoutMs?: number | undefined
  /** Calls of one API under way at a time; further calls wait, users taking turns. Default 64. */
  readonly connections?: number | undefined
  /** Those of one user, through all clients together. Default: a quarter of `connections`. */
  readonly concurrencyPerUser?: number | undefined
  /** The largest API answer that is read as JSON. Default 1 MiB. */
  readonly maxBytes?: number | undefined
  readonly log?: Logger | undefined
  /** Sees how long calls of the APIs wait for their turn. Default: nobody does. */
  readonly observer?: PipelineObserver | undefined
  /** Who runs the tools. `standalone` logs their failures itself. Default `library`. */
  readonly host?: ToolHost | undefined
  /** Ends the exchanges and calls of users who are signed out. Default: they go on. */
  readonly revocation?: Pick<Revocation, 'watch'> | undefined
  /** Whether `callPolicy` stands in front: then nothing is exchanged for a call that it has not let through. Default false. */
  readonly hasPolicy?: boolean | undefined
}

/** The options that say how the APIs are called. */
export const API_CALL_SHAPE = {
  fetch: optionValues.callable.optional(),
  timeoutMs: optionValues.milliseconds.optional(),
  connections: optionValues.count.optional(),
  concurrencyPerUser: optionValues.count.optional(),
  maxBytes: optionValues.count.optional(),
}

/** The schema of the APIs among options; `place` is where the options of their calls are, as a user knows it. */
export function apisOption(place: string): z.ZodType {
  const api = optionsSchema<DownstreamApi>(
    {
      audience: optionValues.text("the API's identifier at the authorization server"),
      baseUrl: optionValues.httpUrl,
      exchange: optionsSchema<ExchangeTarget>(EXCHANGE_TARGET_SHAPE).optional(),
      problems: optionValues.flag.optional(),
    },
    'option',
    { names: Object.keys(API_CALL_SHAPE), place },
  )
  return z.record(z.string(), api, 'must be the APIs, by the names that tools declare')
}

/** A verified request and the tools that it calls. */
export interface ToolCallRequest {
  readonly authInfo: AuthInfo
  /** Where the tools are looked up. Default: the registry of the options. */
  readonly registry?: ToolExchangeOptions['registry'] | undefined
  /** The names of the tools. */
  readonly calls: readonly string[]
  /**
   * Gives the signal that aborts when nobody can read the answer any more; `undefined` where a lost connection cancels
   * nothing. Asked for once, where a tool calls an API.
   */
  readonly signal: () => AbortSignal | undefined
  readonly trace: TraceContext
  /** Absent where nobody observes. */
  readonly observation?: RequestObservation | undefined
  /** Told to the authorization server. */
  readonly clientAddress: string | undefined
}

interface ExchangeForTool extends Omit<ToolCallRequest, 'registry' | 'calls' | 'signal'> {
  readonly signal: AbortSignal | undefined
  readonly tool: ToolRequirements
  readonly downstream: DownstreamRequirement
  readonly sendAs: FairSender
  /** How tokens for each API are exchanged, where something is said of it. */
  readonly targets: ReadonlyMap<string, ResolvedTarget>
  readonly loops: ClaimsLoops
}

/**
 * Creates the function that exchanges the caller's token for each tool call that declares a downstream, and attaches
 * the access to the request.
 *
 * Rejects with `reauthentication_required`, `insufficient_scope` and failures that have claims. Any other failure is attached: `downstreamOf`
 * throws it. For a tool with `confirm`, the exchange waits until the user has agreed to the call. Throws a `TypeError` for a tool whose API is not among `apis`. Each created function has its own limit
 * of concurrent calls.
 */
export function createToolExchange(
  options: ToolExchangeOptions,
): (request: ToolCallRequest) => Promise<void> {
  assertApisKnown(options)
  const { connections, concurrencyPerUser } = options
  const targets = targetsOf(options.apis)
  const loops = new ClaimsLoops()
  const sendAs = createFairSender({
    send: createSender({ fetch: options.fetch, connections }),
    connections,
    concurrencyPerUser,
    timeoutMs: options.timeoutMs,
    observer: options.observer,
  })
  return async (request) => {
    const { authInfo, calls, trace, clientAddress, observation } = request
    const { registry = options.registry } = request
    const logged = commonOf(authInfo, options)
    const tools = calls.flatMap((name) => registry.find(name) ?? [])
    openDownstreamAccess(authInfo, {
      calls: tools,
      report: hasLog(options) ? reportOf(logged) : undefined,
      hasPolicy: options.hasPolicy,
    })
    const signal = tools.some(({ downstream }) => downstream !== undefined)
      ? request.signal()
      : undefined
    const reached = { trace, clientAddress, signal, sendAs, targets }
    const common = { authInfo, observation, loops, ...reached }
    for (const tool of tools) {
      if (tool.downstream === undefined) continue
      const policed = policyOnTool(authInfo, tool.name, options.hasPolicy === true)
      const refused = refusalOfCalls(authInfo, tool.name) ?? policed.failure
      if (refused !== undefined) {
        attachDownstreamAccess(authInfo, tool.name, { failure: refused })
        continue
      }
      const exchange = { ...common, tool, downstream: tool.downstream }
      const access =
        isConfirmed(tool) || policed.waits
          ? exchangeAfterConsent(exchange, () => exchangeForTool(exchange, options))
          : await exchangeForTool(exchange, options)
      attachDownstreamAccess(authInfo, tool.name, access)
    }
  }
}

async function exchangeForTool(
  { tool, downstream, authInfo, signal, trace, clientAddress, ...shared }: ExchangeForTool,
  options: ToolExchangeOptions,
): Promise<ReadyAccess> {
  const { caller, subjectToken } = requireAuthContext(authInfo)
  const api = options.apis[downstream.api]
  if (api === undefined) throw new TypeError(`unknown API ${downstream.api}`)
  const { audience } = api
  const granted = grantedAlternative(authInfo, tool.name)
  const scopes = granted?.api ?? downstream.scopes
  const call = { tool: tool.name, api: downstream.api }
  const logged: LoggedCall = { ...call, audience, asked: scopes, ...commonOf(authInfo, options) }
  const { loops, targets, sendAs, observation } = shared
  const { revocation } = options
  const target = targets.get(downstream.api)
  const challenged = { caller, subjectToken, tool: tool.name }
  const atExchange = { ...challenged, wantedBy: 'exchange' } as const
  const wanted = { caller, subjectToken, audience, scopes, target, clientAddress }
  const observed = observedFor(call, observation, options.exchanger)
  const tokens = new ExchangedTokenSource(observed.exchanger, wanted, signal)
  try {
    assertDecided(tool, granted)
    await assertDelegationAllowed(caller, options.delegation ?? {})
    logExchange(logged, await tokens.exchanged())
    loops.passed(atExchange)
  } catch (thrown) {
    const failure = loops.settled(asOnBehalfOfError(thrown), atExchange)
    logExchangeFailure(logged, failure)
    observation?.withoutAccess(tool.name, failure)
    const requiredScopes = granted?.server ?? tool.requiredScopes
    const mapping = { tool: tool.name, requiredScopes, stepUp: downstream.stepUp }
    return withoutToken(failure, caller, mapping)
  }
  const calls = {
    api,
    tool: { name: tool.name, scopes },
    tokens,
    trace,
    timeoutMs: options.timeoutMs,
    maxBytes: options.maxBytes,
    send: createSignedInSender(sendAs(userKeyOf(caller)), { revocation, caller }),
    settled: (failure: OnBehalfOfError) =>
      loops.settled(failure, { ...challenged, wantedBy: 'api' }),
    report: logCallFailure.bind(undefined, logged),
  }
  return {
    open: (signal, messageId) =>
      createDownstreamClient({ ...calls, signal, observe: observed.requestsOf(messageId) }),
  }
}

/** Throws what is answered as HTTP; the tool gets any other failure. */
function withoutToken(
  failure: OnBehalfOfError,
  caller: Caller,
  mapping: StepUpMapping,
): ReadyAccess {
  const stepUp = downstreamStepUp(failure, caller, mapping)
  if (stepUp !== undefined) throw stepUp
  if (answerRule(failure).respondAs === 'http') throw failure
  return { failure }
}

/** Resolved once: a target is part of the key of every exchange. */
function targetsOf(apis: ToolExchangeOptions['apis']): ReadonlyMap<string, ResolvedTarget> {
  return new Map(
    Object.entries(apis).flatMap(([name, { audience, exchange }]) => {
      if (exchange === undefined) return []
      const target = resolveTarget(audience, exchange)
      return isStandardTarget(target, audience) ? [] : [[name, target] as const]
    }),
  )
}

/** Which of several alternatives a caller covers is for `toolScopes` to say. */
function assertDecided(
  { alternatives }: ToolRequirements,
  granted: ToolAlternative | undefined,
): void {
  if (alternatives === undefined || granted !== undefined) return
  const hint = 'mount toolScopes() in front of tokenExchange(), with the same registry'
  throw new OnBehalfOfError('misconfigured', { reason: 'tool_scopes_not_mounted', log: { hint } })
}

function hasLog({ log = silentLog }: ToolExchangeOptions): boolean {
  return log !== silentLog
}

function reportOf(logged: Omit<LoggedCall, 'tool'>): CalledTools['report'] {
  return (tool, failure) => {
    logCallFailure({ ...logged, tool }, failure)
  }
}

function commonOf(authInfo: AuthInfo, { log = silentLog, host = 'library' }: ToolExchangeOptions) {
  const { caller, requestId } = requireAuthContext(authInfo)
  return { log, host, caller, requestId }
}

function assertApisKnown({ registry, apis }: ToolExchangeOptions): void {
  const issues = registry.tools
    .filter((tool) => tool.downstream !== undefined && !Object.hasOwn(apis, tool.downstream.api))
    .map((tool) => `  - tool ${tool.name} calls the API "${tool.downstream?.api ?? ''}"`)
  if (issues.length > 0) {
    throw new TypeError(`tokenExchange() knows no such API:\n${issues.join('\n')}`)
  }
}
