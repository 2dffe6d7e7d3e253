import { parsePathTemplate, type PathTemplate } from '../downstream/path-template.js'
import { IDEMPOTENT } from '../downstream/call-outcome.js'
import type { DownstreamMethod } from '../downstream/downstream-request.js'
import { setMember, type Json, type JsonObject } from '../openapi/json.js'
import type { OpenApiOperation } from '../openapi/operation.js'
import type { InputSchemas } from '../openapi/input-schemas.js'
import type { OpenApiDocument } from '../openapi/reading.js'
import { shown } from '../openapi/shown.js'
import { acceptedTypes } from './accepted-types.js'
import type { BodyPlan, CallPlan } from './argument-plan.js'
import { chooseBody, planBody, type ChosenBody } from './body-plan.js'
import { RETRY_OF, RETRY_OF_SCHEMA } from './idempotent-calls.js'
import { pagingArguments } from './paging.js'
import { planParameters, type PlannedParameter, type PlanningOptions } from './plan-parameters.js'
import { ToolFault } from './tool-fault.js'

/** How an operation is called, and what a model is told of its arguments. */
export interface PlannedCall {
  readonly plan: CallPlan
  readonly inputSchema: JsonObject
  /** Names of arguments that may be an empty text, whatever their schema says. */
  readonly mayBeEmpty: ReadonlySet<string>
  readonly notes: readonly string[]
}

const METHODS: readonly DownstreamMethod[] = [
  ...(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'] as const),
]

/** Plans the calls of an operation, once for all calls. Throws `ToolFault` for one that cannot be called. */
export function planCall(
  document: OpenApiDocument,
  operation: OpenApiOperation,
  { fixed, ...keys }: Omit<PlanningOptions, 'converted'>,
): PlannedCall {
  const method = METHODS.find((known) => known === operation.method)
  if (method === undefined) throw unknownMethod(operation)
  const chosen =
    operation.requestBody === undefined
      ? undefined
      : { ...chooseBody(document, operation.requestBody), from: operation.requestBody }
  const { schemas, cut } = convertedSchemas(document, operation, chosen)
  const planning = { converted: schemas, fixed, ...keys }
  const { parameters, idempotencyHeader, notes } = planParameters(document, operation, planning)
  const form = schemas.at(-1) ?? { schema: {}, names: undefined }
  const body = chosen === undefined ? undefined : planBody(document, chosen, form)
  const fixedBody = Object.hasOwn(fixed, 'body') ? fixed['body'] : undefined
  const required = chosen?.from.required ?? false
  const bodyPlan: BodyPlan | undefined =
    body === undefined ? undefined : { ...body.plan, required, fixed: fixedBody }
  return {
    plan: {
      method,
      template: templateOf(operation, parameters),
      parameters,
      queryNames: namesInQuery(operation),
      body: bodyPlan,
      accept: acceptedTypes(operation.responses),
      paging: pagingArguments(parameters),
      idempotencyHeader,
    },
    inputSchema: inputSchema(
      parameters,
      body === undefined || fixedBody !== undefined
        ? undefined
        : { schema: withWords(body.schema, chosen?.from.description), required },
      idempotencyHeader !== undefined && !IDEMPOTENT.has(method),
    ),
    mayBeEmpty: new Set(
      parameters.filter((one) => one.parameter.allowEmptyValue).map(({ name }) => name),
    ),
    notes: [...notes, ...cutNotes(cut)],
  }
}

function convertedSchemas(
  document: OpenApiDocument,
  { parameters, method }: OpenApiOperation,
  chosen: ChosenBody | undefined,
): InputSchemas {
  const converted = document.toInputSchemas(
    [
      ...parameters.map(({ schema }) => schema),
      ...(chosen === undefined ? [] : [chosen.media.schema]),
    ],
    { optionalNulls: method === 'PATCH' },
  )
  const [lost] = converted.broken
  if (lost !== undefined) throw new ToolFault({ code: 'reference', kind: 'fault', ...lost })
  return converted
}

function cutNotes(cut: number): readonly string[] {
  if (cut === 0) return []
  return [`${cut} ${cut === 1 ? 'part of its input is' : 'parts of its input are'} not described`]
}

function namesInQuery({ parameters }: OpenApiOperation): ReadonlySet<string> {
  return new Set(parameters.filter((one) => one.in === 'query').map(({ name }) => name))
}

function unknownMethod({ method, pointer }: OpenApiOperation): ToolFault {
  const reason = `The method ${shown(method, 40)} is none that calls are made with`
  const cure = `Use one of ${METHODS.join(', ')}`
  return new ToolFault({ code: 'method', kind: 'unsupported', pointer, reason, cure })
}

/** The path with the slots of its arguments. */
function templateOf(
  { path, pointer }: OpenApiOperation,
  parameters: readonly PlannedParameter[],
): PathTemplate {
  const slots = new Map(
    parameters
      .filter(({ parameter }) => parameter.in === 'path')
      .map(({ parameter, slot }) => [parameter.name, slot]),
  )
  const text = path.replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    const slot = slots.get(name)
    return slot === undefined ? whole : `{${slot}}`
  })
  try {
    return parsePathTemplate(text)
  } catch {
    const reason = `${shown(path)} has an empty segment, or a character that a path cannot have`
    const cure = 'Write the path as it is called, with its values as {name}'
    throw new ToolFault({ code: 'path', kind: 'fault', pointer, reason, cure })
  }
}

function inputSchema(
  parameters: readonly PlannedParameter[],
  body: { readonly schema: JsonObject; readonly required: boolean } | undefined,
  isRetried: boolean,
): JsonObject {
  const asked = parameters.filter(({ fixed }) => fixed === undefined)
  const properties: Record<string, Json> = {}
  for (const { name, schema } of asked) setMember(properties, name, schema)
  if (body !== undefined) properties['body'] = body.schema
  if (isRetried) properties[RETRY_OF] = RETRY_OF_SCHEMA
  const required = [
    ...asked.filter(({ parameter }) => parameter.required).map(({ name }) => name),
    ...(body?.required === true ? ['body'] : []),
  ]
  return {
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  }
}

function withWords(schema: JsonObject, description: string | undefined): JsonObject {
  if (description === undefined || Object.hasOwn(schema, 'description')) return schema
  const text = shown(description, 500).trim()
  return text === '' ? schema : { ...schema, description: text }
}
