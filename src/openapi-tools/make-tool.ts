import type { ToolAnnotations } from '@modelcontextprotocol/server'
import { outgoingRequest } from '../downstream/outgoing-request.js'
import { member, type Json, type JsonObject } from '../openapi/json.js'
import type { OpenApiOperation } from '../openapi/operation.js'
import type { OpenApiDocument } from '../openapi/reading.js'
import type { ContentTool, ToolAlternative } from '../tools/tool.js'
import { toolAnnotations } from './annotations.js'
import { answerContent } from './answers.js'
import { argumentSchema } from './argument-schema.js'
import { buildRequest } from './build-request.js'
import { toolWords } from './description.js'
import type { CallOfTool, IdempotentCall, IdempotentCalls } from './idempotent-calls.js'
import type { ReportedArgument, ReportedTool } from './openapi-tools.js'
import type { ConfirmLevel, CuratedOperation } from './options.js'
import type { CallPlan } from './argument-plan.js'
import { namesInSchema } from './names-in-schema.js'
import { planCall, type PlannedCall } from './plan-call.js'

/** A tool, and what is reported of it. */
export interface MadeTool {
  readonly tool: ContentTool
  readonly reported: ReportedTool
  readonly fixed: Readonly<Record<string, unknown>>
}

/** An operation that can be called, before it has a name. */
export interface CallableOperation {
  readonly operation: OpenApiOperation
  readonly call: PlannedCall
  readonly curated: CuratedOperation
}

/** The header that is taken for that of a key of idempotency. */
export interface KeyHeader {
  readonly name: string
  /** Whether all operations that write get a key, and not only those that declare the header. */
  readonly ofAllWrites: boolean
}

export interface CallableOptions {
  readonly curated: CuratedOperation
  /** `undefined`: there are no keys of idempotency. */
  readonly keyHeader: KeyHeader | undefined
}

/** Plans the call of an operation. Throws `ToolFault` for one that cannot be called. */
export function callable(
  document: OpenApiDocument,
  operation: OpenApiOperation,
  { curated, keyHeader }: CallableOptions,
): CallableOperation {
  const fixed = (curated.fixed ?? {}) as Readonly<Record<string, Json>>
  const { readOnlyHint } = annotationsOf(operation, curated)
  const key = curated.idempotency === false ? undefined : keyHeader
  const keys = {
    idempotencyHeader: key?.name,
    keyUndeclared: key?.ofAllWrites === true && readOnlyHint !== true,
  }
  return { operation, curated, call: planCall(document, operation, { fixed, ...keys }) }
}

/** Makes the tool of an operation. Everything but the call itself is done here. */
export function makeTool(
  { operation, call, curated }: CallableOperation,
  given: {
    readonly name: string
    readonly api: string
    readonly answerBytes: number
    readonly alternatives: readonly ToolAlternative[]
    readonly confirm: ConfirmLevel
    readonly calls: IdempotentCalls
  },
): MadeTool {
  const { inputSchema, mayBeEmpty, notes } = call
  const { curation } = operation
  const { title, description } = toolWords(operation, curation, curated)
  const annotations = annotationsOf(operation, curated)
  const confirm = curated.confirm ?? curation.confirm ?? isAskedAbout(given.confirm, annotations)
  const tool: ContentTool = {
    name: given.name,
    title,
    description,
    inputSchema: argumentSchema(inputSchema, mayBeEmpty),
    annotations,
    confirm: confirm ? { operation: `${operation.method} ${operation.path}` } : undefined,
    ...requirements(given.api, given.alternatives),
    check: checkOf(call.plan, given),
    handler: handlerOf(call, given),
  }
  return {
    tool,
    fixed: fixedIn(call.plan),
    reported: {
      name: given.name,
      title,
      operation: reportedOperation(operation),
      alternatives: given.alternatives,
      chosen: given.alternatives[0] ?? NOTHING,
      annotations,
      inputSchema,
      arguments: reportedArguments(call),
      bodyType: call.plan.body?.contentType,
      confirm,
      notes,
    },
  }
}

function annotationsOf(
  { method, curation }: OpenApiOperation,
  curated: CuratedOperation,
): ToolAnnotations {
  return toolAnnotations(method, curation.annotations, curated.annotations ?? {})
}

function fixedIn({ parameters, body }: CallPlan): Readonly<Record<string, unknown>> {
  const all = [...parameters, ...(body === undefined ? [] : [{ name: 'body', fixed: body.fixed }])]
  return Object.fromEntries(
    all.flatMap(({ name, fixed }) => (fixed === undefined ? [] : [[name, fixed]])),
  )
}

function isAskedAbout(
  level: ConfirmLevel,
  { readOnlyHint, destructiveHint }: ToolAnnotations,
): boolean {
  if (level === 'off' || readOnlyHint === true) return false
  return level === 'writes' || destructiveHint !== false
}

function handlerOf(
  { plan, inputSchema }: PlannedCall,
  given: {
    readonly name: string
    readonly answerBytes: number
    readonly calls: IdempotentCalls
  },
): ContentTool['handler'] {
  const argumentNames = () =>
    new Set([
      ...namesInSchema(inputSchema),
      ...plan.parameters.map(({ parameter: { name } }) => name),
    ])
  return async (input, { caller, downstream }) => {
    const args = input as JsonObject
    const request = buildRequest(plan, args)
    const call = beginCall(plan, given, { caller, args })
    try {
      const sent = { ...request, idempotency: call?.idempotency, argumentNames }
      const answer = await downstream.content(plan.template, sent)
      return await answerContent(answer, plan, given.answerBytes)
    } catch (thrown) {
      throw call === undefined ? thrown : call.failure(thrown)
    }
  }
}

/** The address of the API changes nothing about what can be sent. */
const ANY_API = new URL('https://api.invalid')

function checkOf(
  plan: CallPlan,
  given: { readonly name: string; readonly calls: IdempotentCalls },
): NonNullable<ContentTool['check']> {
  return (input, { caller }) => {
    const args = input as JsonObject
    const request = buildRequest(plan, args)
    const idempotency = beginCall(plan, given, { caller, args })?.idempotency
    outgoingRequest(ANY_API, { path: plan.template, request: { ...request, idempotency } })
  }
}

function beginCall(
  { idempotencyHeader }: CallPlan,
  { name, calls }: { readonly name: string; readonly calls: IdempotentCalls },
  call: Omit<CallOfTool, 'tool'>,
): IdempotentCall | undefined {
  if (idempotencyHeader === undefined) return undefined
  return calls.begin(idempotencyHeader, { ...call, tool: name })
}

const NOTHING: ToolAlternative = { server: [], api: [] }

/** One alternative needs no choice. */
function requirements(
  api: string,
  alternatives: readonly ToolAlternative[],
): Pick<ContentTool, 'requiredScopes' | 'downstream' | 'alternatives'> {
  const [only = NOTHING, second] = alternatives
  return second === undefined
    ? { requiredScopes: only.server, downstream: { api, scopes: only.api } }
    : { requiredScopes: [], downstream: { api, scopes: [] }, alternatives }
}

function reportedOperation({
  operationId: id,
  method,
  path,
  tags,
  pointer,
  line,
}: OpenApiOperation): ReportedTool['operation'] {
  return { id, method, path, tags, pointer, line }
}

function reportedArguments({ plan, inputSchema }: PlannedCall): readonly ReportedArgument[] {
  const parameters = plan.parameters.map(({ name, parameter, fixed }) => ({
    name,
    in: parameter.in === 'cookie' ? ('header' as const) : parameter.in,
    wire: parameter.name,
    required: parameter.required,
    fixed: fixed !== undefined,
  }))
  if (plan.body === undefined) return parameters
  const shownBody = member(inputSchema['properties'], 'body') !== undefined
  const { required } = plan.body
  return [...parameters, { name: 'body', in: 'body', wire: 'body', required, fixed: !shownBody }]
}
