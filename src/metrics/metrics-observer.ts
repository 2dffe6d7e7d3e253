import { FAILURE_TABLE } from '../failures/failure-table.js'
import type { FailureCode } from '../failures/failure-codes.js'
import type { FailureReason } from '../failures/failure-reasons.js'
import {
  wentWell,
  type ApiCall,
  type CallDecision,
  type CallEnded,
  type ObservedCall,
  type Observer,
  type RequestEnded,
} from '../observability/observer.js'
import { HTTP_METHODS, MCP_METHODS } from '../observability/known-methods.js'
import type { PipelineObserver } from '../observability/pipeline-observer.js'
import { boundedNames, OTHER } from './bounded-names.js'
import type { Instruments } from './instruments.js'
import { StepUpMemory } from './step-up-memory.js'

/** Tools that are told apart; the calls of all further ones count as `other`. */
const MAX_TOOLS = 200

const ALLOWED: ReadonlySet<CallDecision> = new Set(['allowed', 'confirmed'])

/** Turns events into metrics. Every value of a label comes from a closed set: nothing that a client sends becomes one. */
export function createMetricsObserver(to: Instruments): MetricsObserver {
  const toolName = boundedNames(MAX_TOOLS)
  const nameOf = ({ tool, declared }: ObservedCall): string => (declared ? toolName(tool) : OTHER)
  const stepUps = new StepUpMemory()
  return {
    ...ofPipeline(to),
    requestStarted: () => {
      to.activeRequests.inc()
    },
    requestEnded: (event) => {
      to.activeRequests.dec()
      recordRequest(to, event)
    },
    tokenVerified: ({ outcome, durationMs }) => {
      to.verifications.observe({ outcome }, durationMs / 1_000)
    },
    policyDecided: ({ decider, outcome, durationMs }) => {
      to.policyDecisions.observe({ decider, outcome }, durationMs / 1_000)
    },
    exchangeEnded: ({ api, source = 'unknown', outcome, durationMs }) => {
      to.exchanges.observe({ api, source, outcome }, durationMs / 1_000)
    },
    apiCallEnded: (call) => {
      recordApiCall(to, call)
    },
    auditDropped: () => {
      to.auditDropped.inc()
    },
    callEnded: (event) => {
      recordCall(to, event, nameOf(event.call))
      const { call, outcome } = event
      if (outcome === 'insufficient_scope') {
        to.stepUps.inc({ state: 'asked' })
        stepUps.asked(call)
      } else if (ALLOWED.has(call.decision) && stepUps.satisfied(call)) {
        to.stepUps.inc({ state: 'satisfied' })
      }
    },
  }
}

/** What metrics are made of: an `Observer`, without the members that they do not need. */
export type MetricsObserver = {
  readonly [
    Member in
      | 'requestStarted'
      | 'requestEnded'
      | 'tokenVerified'
      | 'policyDecided'
      | 'exchangeEnded'
      | 'apiCallEnded'
      | 'callEnded'
      | 'auditDropped'
      | keyof PipelineObserver
  ]: NonNullable<Observer[Member]>
}

function ofPipeline(to: Instruments): Pick<MetricsObserver, keyof PipelineObserver> {
  return {
    cacheLookedUp: ({ cache, result }) => {
      to.cacheLookups.inc({ cache, result })
    },
    tokenRequestEnded: ({ outcome, durationMs }) => {
      to.tokenRequests.observe({ outcome }, durationMs / 1_000)
    },
    turnWaited: ({ queue, outcome, durationMs }) => {
      to.waits.observe({ queue, outcome }, durationMs / 1_000)
    },
    exchangeGuardChanged: ({ issuer, breakerOpen, pausedUntilMs }) => {
      to.breakerOpen.set({ issuer }, breakerOpen ? 1 : 0)
      to.pauses.set(issuer, pausedUntilMs)
    },
    storeUsed: ({ operation, outcome }) => {
      to.storeOperations.inc({ operation, outcome })
    },
    signOutReceived: ({ source, outcome }) => {
      to.signOuts.inc({ source, outcome })
    },
    storeChanged: ({ available, refuses }) => {
      to.storeAvailable.set({ store: 'redis' }, available ? 1 : 0)
      to.storeRefuses.set({ store: 'redis' }, refuses ? 1 : 0)
    },
  }
}

function recordRequest(to: Instruments, event: RequestEnded): void {
  const { request, outcome, status, calls, durationMs, reason } = event
  const error = isFailure(outcome) ? { error_type: outcome } : {}
  const seconds = durationMs / 1_000
  to.requests.inc({ outcome })
  const labels = {
    http_request_method: HTTP_METHODS.has(request.method) ? request.method : '_OTHER',
    http_response_status_code: status,
  }
  to.httpRequests.observe({ ...labels, ...error }, seconds)
  if (calls.length > 0) return
  if (isFailure(outcome)) recordFailure(to, outcome, reason)
  const { mcpMethod } = request
  if (mcpMethod === undefined) return
  const mcp_method_name = MCP_METHODS.has(mcpMethod) ? mcpMethod : OTHER
  to.operations.observe({ mcp_method_name, ...error }, seconds)
}

function recordCall(to: Instruments, event: CallEnded, tool: string): void {
  const { outcome, reason, durationMs } = event
  const labels = { mcp_method_name: 'tools/call', gen_ai_tool_name: tool }
  const error = wentWell(outcome) ? {} : { error_type: outcome }
  to.operations.observe({ ...labels, ...error }, durationMs / 1_000)
  to.toolCalls.inc({ tool, outcome })
  if (isFailure(outcome)) recordFailure(to, outcome, reason)
}

function recordFailure(
  { failures, refusals }: Instruments,
  code: FailureCode,
  reason: FailureReason | undefined,
): void {
  failures.inc({ code, security: String(FAILURE_TABLE[code].security) })
  refusals.inc({ code, reason: reason ?? 'none' })
}

function recordApiCall({ apiRequests }: Instruments, call: ApiCall): void {
  const { api, method, status, failure, durationMs = 0 } = call
  const answered = status === undefined ? {} : { http_response_status_class: classOf(status) }
  const error = failure === undefined ? {} : { error_type: failure }
  const labels = { api, http_request_method: method, ...answered, ...error }
  apiRequests.observe(labels, durationMs / 1_000)
}

function classOf(status: number): string {
  return status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : OTHER
}

function isFailure(outcome: string): outcome is FailureCode {
  return Object.hasOwn(FAILURE_TABLE, outcome)
}
