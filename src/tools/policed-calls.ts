import { isNothing } from '../http/absent-arguments.js'
import { isJsonObject } from '../http/json-object.js'
import type { PolicyCall, PolicyCaller } from '../policy/policy.js'
import type { Caller } from '../identity/caller.js'
import { deepFreeze } from '../options/deep-freeze.js'
import { toolCallOf } from './tool-calls.js'
import type { ToolRequirements } from './tool.js'

/** A tool call of a request, as a policy is to decide about it. */
export interface PolicedCall {
  readonly messageId: string | number | undefined
  readonly call: PolicyCall
  /** Whether it answers a question of before: whatever the policy says now, that answer has to count. */
  readonly isReply: boolean
}

/** What is known of the calls of a request. */
export interface PolicedRequest {
  readonly requestId: string
  readonly caller: Caller | undefined
  /** `undefined`: no such tool is declared. */
  readonly toolOf: (name: string) => ToolRequirements | undefined
  readonly operationOf: (name: string) => string | undefined
}

/**
 * The tool calls in a parsed MCP request body. A call whose arguments are no object is left out: nothing can run with such.
 *
 * Arguments are a frozen copy, so that a policy cannot change the call that it decides about.
 */
export function policedCallsIn(body: unknown, request: PolicedRequest): readonly PolicedCall[] {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body]
  return messages.flatMap((message) => policedCall(message, request) ?? [])
}

function policedCall(message: unknown, request: PolicedRequest): PolicedCall | undefined {
  const called = toolCallOf(message)
  if (called === undefined) return undefined
  const { name: tool, params } = called
  const { id } = called.message
  const args = argumentsOf(params['arguments'])
  if (args === undefined) return undefined
  const declared = request.toolOf(tool)
  return {
    messageId: typeof id === 'string' || typeof id === 'number' ? id : undefined,
    isReply: params['requestState'] !== undefined || params['inputResponses'] !== undefined,
    call: Object.freeze({
      requestId: request.requestId,
      caller: request.caller && callerFacts(request.caller),
      tool,
      api: declared?.downstream?.api,
      ...operationFacts(request.operationOf(tool) ?? confirmedOperation(declared)),
      annotations: Object.freeze({ ...declared?.annotations }),
      arguments: args,
    }),
  }
}

/** An operation of a document has both; one that a tool names in its own words may have neither. */
function operationFacts(
  operation: string | undefined,
): Pick<PolicyCall, 'operation' | 'method' | 'path'> {
  const [, method, path] = /^([A-Z]+) (\/\S*)$/.exec(operation ?? '') ?? []
  return { operation, method, path }
}

/** What clients send for "no arguments" is none: the tool gets none either. */
function argumentsOf(sent: unknown): Readonly<Record<string, unknown>> | undefined {
  if (sent === undefined || isNothing(sent)) return Object.freeze({})
  return isJsonObject(sent) ? deepFreeze(structuredClone(sent)) : undefined
}

function callerFacts(caller: Caller): PolicyCaller {
  const { issuer, subject, subjectClaims, organization } = caller
  const { clientId, scopes, permissions, delegation } = caller
  return Object.freeze({
    ...{ issuer, subject, subjectClaims, organization },
    ...{ clientId, scopes, permissions, delegation },
  })
}

function confirmedOperation(tool: ToolRequirements | undefined): string | undefined {
  return typeof tool?.confirm === 'object' ? tool.confirm.operation : undefined
}
