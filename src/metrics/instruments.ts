import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { FAILURE_CODES } from '../failures/failure-codes.js'
import { FAILURE_TABLE } from '../failures/failure-table.js'
import type { Clock } from '../time/clock.js'
import { VERSION } from '../version.js'
import { CACHE_RESULTS } from '../observability/pipeline-observer.js'
import { createPauses } from './pauses.js'

/** What our own metrics begin with. */
const OWN = 'mcp_on_behalf_of_'

/** Of the semantic conventions for MCP. */
const OPERATION_BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]
/** Of the semantic conventions for HTTP. */
const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
/** For what mostly takes less than a millisecond, and up to a deadline where it does not. */
const SHORT_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]

/** Log events that alerts ask for: their counters begin at 0, so that the first one is seen as an increase. */
export const ALERTED_EVENTS = ['issuer_document_unavailable', 'step_up_loop', 'token_cache_failed']

/**
 * Creates every metric in a registry. Where the semantic conventions of OpenTelemetry have a name, it is that one, as Prometheus
 * writes it: `mcp.server.operation.duration` in seconds is `mcp_server_operation_duration_seconds`.
 */
export function createInstruments(registry: Registry, clock: Clock) {
  const registers = [registry]
  const instruments = {
    ...ofRequests(registers),
    ...ofCalls(registers),
    ...ofTokens(registers),
    ...ofOperation(registers),
    ...ofStore(registers),
    pauses: createPauses(`${OWN}exchange_paused`, { registers, clock }),
  }
  buildInfo(registers)
  beginAtZero(instruments)
  return instruments
}

export type Instruments = ReturnType<typeof createInstruments>

function ofRequests(registers: Registry[]) {
  return {
    operations: new Histogram({
      name: 'mcp_server_operation_duration_seconds',
      help: 'Duration of MCP requests, from their arrival to their result.',
      labelNames: ['mcp_method_name', 'gen_ai_tool_name', 'error_type'],
      buckets: OPERATION_BUCKETS,
      registers,
    }),
    httpRequests: new Histogram({
      name: 'http_server_request_duration_seconds',
      help: 'Duration of HTTP requests to the MCP endpoint.',
      labelNames: ['http_request_method', 'http_response_status_code', 'error_type'],
      buckets: HTTP_BUCKETS,
      registers,
    }),
    activeRequests: new Gauge({
      name: 'http_server_active_requests',
      help: 'HTTP requests to the MCP endpoint that are under way.',
      registers,
    }),
    requests: new Counter({
      name: `${OWN}requests_total`,
      help: 'HTTP requests to the MCP endpoint, by their outcome.',
      labelNames: ['outcome'],
      registers,
    }),
  }
}

function ofCalls(registers: Registry[]) {
  return {
    toolCalls: new Counter({
      name: `${OWN}tool_calls_total`,
      help: 'Tool calls, by tool and outcome; refused ones included.',
      labelNames: ['tool', 'outcome'],
      registers,
    }),
    failures: new Counter({
      name: `${OWN}failures_total`,
      help: 'Tool calls that failed, and failed requests without one, by failure code.',
      labelNames: ['code', 'security'],
      registers,
    }),
    refusals: new Counter({
      name: `${OWN}refusals_total`,
      help: 'The same failures, by the reason: which check refused, or what went wrong.',
      labelNames: ['code', 'reason'],
      registers,
    }),
    stepUps: new Counter({
      name: `${OWN}step_ups_total`,
      help: 'Challenges for more scope, and calls that were allowed after one.',
      labelNames: ['state'],
      registers,
    }),
    policyDecisions: new Histogram({
      name: `${OWN}policy_decision_duration_seconds`,
      help: 'Duration of the decisions of a policy, waiting for their turn included, by who decides and what.',
      labelNames: ['decider', 'outcome'],
      buckets: SHORT_BUCKETS,
      registers,
    }),
    apiRequests: new Histogram({
      name: 'http_client_request_duration_seconds',
      help: 'Duration of requests to the APIs, until their answer was read.',
      labelNames: ['api', 'http_request_method', 'http_response_status_class', 'error_type'],
      buckets: HTTP_BUCKETS,
      registers,
    }),
  }
}

function ofTokens(registers: Registry[]) {
  return {
    verifications: new Histogram({
      name: `${OWN}token_verification_duration_seconds`,
      help: 'Duration of the check of an access token, by its outcome.',
      labelNames: ['outcome'],
      buckets: SHORT_BUCKETS,
      registers,
    }),
    cacheLookups: new Counter({
      name: `${OWN}token_cache_lookups_total`,
      help: 'Looks into the caches of tokens; what is no hit says why.',
      labelNames: ['cache', 'result'],
      registers,
    }),
    exchanges: new Histogram({
      name: `${OWN}exchange_duration_seconds`,
      help: 'Duration of token exchanges as tool calls see them, by where the token came from.',
      labelNames: ['api', 'source', 'outcome'],
      buckets: HTTP_BUCKETS,
      registers,
    }),
    tokenRequests: new Histogram({
      name: `${OWN}token_request_duration_seconds`,
      help: 'Duration of single requests to token endpoints.',
      labelNames: ['outcome'],
      buckets: HTTP_BUCKETS,
      registers,
    }),
  }
}

function ofOperation(registers: Registry[]) {
  return {
    waits: new Histogram({
      name: `${OWN}queue_wait_duration_seconds`,
      help: 'Waits for a turn to exchange a token, or to call an API.',
      labelNames: ['queue', 'outcome'],
      buckets: SHORT_BUCKETS,
      registers,
    }),
    breakerOpen: new Gauge({
      name: `${OWN}exchange_breaker_open`,
      help: '1 while the circuit breaker of an authorization server is open.',
      labelNames: ['issuer'],
      registers,
    }),
    signOuts: new Counter({
      name: `${OWN}sign_out_events_total`,
      help: 'Logout tokens and security events that were received, by what became of them.',
      labelNames: ['source', 'outcome'],
      registers,
    }),
    auditDropped: new Counter({
      name: `${OWN}audit_records_dropped_total`,
      help: 'Audit records that were lost.',
      registers,
    }),
    logEvents: new Counter({
      name: `${OWN}log_events_total`,
      help: 'Events that were logged, whatever the level that is written.',
      labelNames: ['event', 'level'],
      registers,
    }),
  }
}

function ofStore(registers: Registry[]) {
  return {
    // Without a label it would begin at 0, and so as an outage, where there is no store.
    storeAvailable: new Gauge({
      name: `${OWN}store_available`,
      help: '1 while the shared store can be had. Absent where there is none.',
      labelNames: ['store'],
      registers,
    }),
    storeRefuses: new Gauge({
      name: `${OWN}store_refuses`,
      help: '1 while the shared store answers and refuses something: it is full, or its user lacks a permission. Absent where there is none.',
      labelNames: ['store'],
      registers,
    }),
    storeOperations: new Counter({
      name: `${OWN}store_operations_total`,
      help: 'What was asked of the shared store; skipped while it could not be had.',
      labelNames: ['operation', 'outcome'],
      registers,
    }),
  }
}

function buildInfo(registers: Registry[]): void {
  new Gauge({
    name: `${OWN}build_info`,
    help: '1; the version is in its label.',
    labelNames: ['version'],
    registers,
  }).set({ version: VERSION }, 1)
}

type ZeroAtFirst = ReturnType<typeof ofCalls> &
  ReturnType<typeof ofTokens> &
  ReturnType<typeof ofOperation>

/** Prometheus sees no increase in a series that begins with its first event. */
function beginAtZero({ failures, cacheLookups, logEvents, stepUps }: ZeroAtFirst): void {
  for (const code of FAILURE_CODES) {
    failures.inc({ code, security: String(FAILURE_TABLE[code].security) }, 0)
  }
  for (const cache of ['verified_tokens', 'exchanged_tokens']) {
    for (const result of CACHE_RESULTS) cacheLookups.inc({ cache, result }, 0)
  }
  for (const event of ALERTED_EVENTS) logEvents.inc({ event, level: 'warn' }, 0)
  for (const state of ['asked', 'satisfied']) stepUps.inc({ state }, 0)
}
