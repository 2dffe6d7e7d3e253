import type { ToolAnnotations } from '@modelcontextprotocol/server'
import { member, type Json } from '../openapi/json.js'
import type { OpenApiOperation } from '../openapi/operation.js'
import type { OpenApiDocument } from '../openapi/reading.js'
import type { ContentTool, ToolAlternative } from '../tools/tool.js'
import { toolAnnotations } from './annotations.js'
import { answerContent } from './answers.js'
import { argumentSchema } from './argument-schema.js'
import { buildRequest } from './build-request.js'
import { toolWords } from './description.js'
import type { ReportedArgument, ReportedTool } from './openapi-tools.js'
import type { ConfirmLevel, CuratedOperation } from './options.js'
import { planCall, type PlannedCall } from './plan-call.js'

/** A tool, and what is reported of it. */
export interface MadeTool {
  readonly tool: ContentTool
  readonly reported: ReportedTool
}

/** An operation that can be called, before it has a name. */
export interface CallableOperation {
  readonly operation: OpenApiOperation
  readonly call: PlannedCall
  readonly curated: CuratedOperation
}

/** Plans the call of an operation. Throws `ToolFault` for one that cannot be called. */
export function callable(
  document: OpenApiDocument,
  operation: OpenApiOperation,
  curated: CuratedOperation,
): CallableOperation {
  const fixed = (curated.fixed ?? {}) as Readonly<Record<string, Json>>
  return { operation, curated, call: planCall(document, operation, fixed) }
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
  },
): MadeTool {
  const { plan, inputSchema, mayBeEmpty, notes } = call
  const { curation } = operation
  const { title, description } = toolWords(operation, curation, curated)
  const annotations = toolAnnotations(
    operation.method,
    curation.annotations,
    curated.annotations ?? {},
  )
  const confirm = curated.confirm ?? curation.confirm ?? isAskedAbout(given.confirm, annotations)
  const tool: ContentTool = {
    name: given.name,
    title,
    description,
    inputSchema: argumentSchema(inputSchema, mayBeEmpty),
    annotations,
    confirm: confirm ? { operation: `${operation.method} ${operation.path}` } : undefined,
    ...requirements(given.api, given.alternatives),
    async handler(args, { downstream }) {
      const request = buildRequest(plan, args as Readonly<Record<string, Json>>)
      const answer = await downstream.content(plan.template, request)
      return answerContent(answer, plan, given.answerBytes)
    },
  }
  return {
    tool,
    reported: {
      name: given.name,
      title,
      operation: reportedOperation(operation),
      alternatives: given.alternatives,
      chosen: given.alternatives[0] ?? NOTHING,
      annotations,
      inputSchema,
      arguments: reportedArguments(call),
      bodyType: plan.body?.contentType,
      confirm,
      notes,
    },
  }
}

function isAskedAbout(
  level: ConfirmLevel,
  { readOnlyHint, destructiveHint }: ToolAnnotations,
): boolean {
  if (level === 'off' || readOnlyHint === true) return false
  return level === 'writes' || destructiveHint !== false
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
