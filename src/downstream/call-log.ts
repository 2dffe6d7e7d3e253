import { describeError } from '../logging/describe-error.js'
import type { OnBehalfOfError } from '../failures/errors.js'
import type { ExchangedToken } from '../exchange/token-exchanger.js'
import { FAILURE_TABLE } from '../failures/failure-table.js'
import type { Caller } from '../identity/caller.js'
import {
  callerForLog,
  identifierForLog,
  identifiersForLog,
} from '../identity/identifier-for-log.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'

/**
 * Who runs the tools: the `standalone` server, which logs their failures itself and has settings with names, or
 * somebody who uses the `library`.
 */
export type ToolHost = 'library' | 'standalone'

/** One tool call, as its log lines tell of it. */
export interface LoggedCall {
  readonly log: Logger
  readonly host: ToolHost
  readonly tool: string
  /** The name under which the API is configured, where the call has one. */
  readonly api?: string | undefined
  readonly audience?: string | undefined
  readonly asked?: readonly string[] | undefined
  readonly caller: Caller
  readonly requestId: string
}

/** The audit line of one tool call: who, through whom, for whom, with what. */
export function logExchange(call: LoggedCall, exchanged: ExchangedToken): void {
  const { caller } = call
  logEvent(call.log, 'info', {
    event: 'token_exchanged',
    tool: call.tool,
    ...callerForLog(caller),
    organization: caller.organization && identifierForLog(caller.organization),
    api: call.api,
    audience: call.audience,
    asked: call.asked,
    granted: exchanged.scopes && identifiersForLog(exchanged.scopes),
    actors: exchanged.delegation && identifiersForLog(exchanged.delegation.chain),
    requestId: call.requestId,
  })
}

/** An exchange that gave no token. */
export function logExchangeFailure(call: LoggedCall, failure: OnBehalfOfError): void {
  const rule = FAILURE_TABLE[failure.code]
  logEvent(call.log, rule.logLevel, {
    event: 'exchange_failed',
    ...inWordsOfHost(call, failure.details.log),
    tool: call.tool,
    api: call.api,
    audience: call.audience,
    ...fieldsOf(call, failure),
    err: describeError(failure),
  })
}

/** A call of the API that failed, before the handler gets to know. The standalone server logs it as `tool_failed`. */
export function logCallFailure(call: LoggedCall, failure: OnBehalfOfError): void {
  const rule = FAILURE_TABLE[failure.code]
  const level = call.host === 'standalone' ? 'debug' : rule.logLevel
  logEvent(call.log, level, {
    event: 'api_call_failed',
    tool: call.tool,
    api: call.api,
    ...fieldsOf(call, failure),
    ...inWordsOfHost(call, failure.details.log),
    err: failure.details.cause === undefined ? undefined : describeError(failure),
  })
}

/** What both lines of a failure say alike. */
function fieldsOf({ caller, requestId }: LoggedCall, { code, details }: OnBehalfOfError) {
  return {
    code,
    reason: details.reason,
    status: details.status,
    security: FAILURE_TABLE[code].security,
    ...callerForLog(caller),
    requestId,
  }
}

/** Hints name the settings of the standalone server: these are the options of `onBehalfOf`. */
function inWordsOfHost(
  { host, api }: LoggedCall,
  log: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const { hint } = log
  if (host === 'standalone' || typeof hint !== 'string') return log
  const options: Readonly<Record<string, string>> = {
    API_AUTH0_AUDIENCE: `apis.${api ?? '…'}.audience`,
    API_BASE_URL: `apis.${api ?? '…'}.baseUrl`,
    API_TIMEOUT_MS: 'apiCalls.timeoutMs',
    AUTH0_AUDIENCE: 'resource',
    MCP_AUTH0_CLIENT_ID: 'client.id',
  }
  const inOptions = hint.replace(
    /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g,
    (name) => options[name] ?? name,
  )
  return { ...log, hint: inOptions }
}
