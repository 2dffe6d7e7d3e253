import { identifierForLog, identifiersForLog } from '../identity/identifier-for-log.js'
import { scrub, scrubIdentifier } from '../logging/scrub.js'
import type {
  ApiCall,
  CallEnded,
  ExchangeEnded,
  ObservedCall,
  ObservedCaller,
} from '../observability/observer.js'
import { withoutUndefined } from '../options/without-undefined.js'
import { SERVER_NAME, VERSION } from '../version.js'
import type { ToolCallRecord } from './audit-record-schema.js'
import type { Pseudonymize } from './pseudonym.js'

/** The record of a tool call that has ended. With `pseudonymize`, it does not say who the user is. */
export function auditRecord(
  { call, outcome, reason, httpStatus, answerBytes, durationMs }: CallEnded,
  pseudonymize?: Pseudonymize,
): ToolCallRecord {
  const { request, facts } = call
  return withoutUndefined({
    record: 'tool_call',
    recordVersion: 1,
    time: new Date(call.startedAtMs).toISOString(),
    service: SERVER_NAME,
    serviceVersion: VERSION,
    requestId: request.requestId,
    traceId: call.traceId,
    messageId:
      typeof call.messageId === 'string' ? scrubIdentifier(call.messageId, 100) : call.messageId,
    ...callerMembers(request.caller, pseudonymize),
    tool: toolName(call),
    toolDeclared: call.declared,
    toolReadFrom: call.readFrom,
    toolDefinitionSha256: facts.definitionSha256,
    documentSha256: facts.documentSha256,
    operation: facts.operation,
    argumentsSha256: call.argumentsSha256,
    decision: call.decision,
    policy: call.policy?.kind,
    policyReason: call.policy?.reason,
    missingScopes: call.missingScopes.length === 0 ? undefined : [...call.missingScopes],
    exchanges: call.exchanges.map(exchangeMembers),
    exchangeCount: call.exchangeCount,
    apiCalls: call.apiCalls.map(apiCallMembers),
    apiCallCount: call.apiCallCount,
    outcome,
    reason,
    httpStatus,
    answerBytes,
    durationMs: rounded(durationMs),
  } as const)
}

/** A name of ours as it is; what somebody else sent is bounded, and without anything that looks like a token. */
export function toolName({ tool, declared }: Pick<ObservedCall, 'tool' | 'declared'>): string {
  return declared ? tool : (scrub(tool, 100) ?? '')
}

function callerMembers(
  caller: ObservedCaller | undefined,
  pseudonymize: Pseudonymize | undefined,
): Pick<ToolCallRecord, 'user' | 'organization' | 'client' | 'actors'> {
  if (caller === undefined) return {}
  const { issuer, organization, clientId, delegation } = caller
  return {
    user: pseudonymize ? { issuer, pseudonym: pseudonymize(caller) } : userMembers(caller),
    organization: organization && identifierForLog(organization),
    client: identifierForLog(clientId),
    actors: delegation && [...identifiersForLog(delegation.chain)],
  }
}

function userMembers({ issuer, subject, subjectClaims }: ObservedCaller): ToolCallRecord['user'] {
  const claims =
    subjectClaims &&
    Object.fromEntries(
      Object.entries(subjectClaims).map(([name, value]) => [name, identifierForLog(value)]),
    )
  return withoutUndefined({ issuer, subject: identifierForLog(subject), claims })
}

function exchangeMembers(exchange: ExchangeEnded): ToolCallRecord['exchanges'][number] {
  const { api, audience, source, renewal, asked, granted, actors } = exchange
  const { outcome, reason, durationMs } = exchange
  return withoutUndefined({
    ...{ api, audience, source, renewal, asked: [...asked] },
    granted: granted && [...identifiersForLog(granted)],
    actors: actors && [...identifiersForLog(actors)],
    ...{ outcome, reason, durationMs: rounded(durationMs) },
  })
}

function apiCallMembers(apiCall: ApiCall): ToolCallRecord['apiCalls'][number] {
  const { api, method, path, status, failure, reason, bytes, durationMs } = apiCall
  return withoutUndefined({
    ...{ api, method, path, status, failure, reason, bytes },
    durationMs: durationMs === undefined ? undefined : rounded(durationMs),
  })
}

/** To tenths. */
function rounded(durationMs: number): number {
  return Math.round(Math.max(0, durationMs) * 10) / 10
}
