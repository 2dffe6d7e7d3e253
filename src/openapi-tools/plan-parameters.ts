import { isObject, member, type Json, type JsonObject } from '../openapi/json.js'
import type { OpenApiOperation, OpenApiParameter } from '../openapi/operation.js'
import type { ConvertedSchema } from '../openapi/input-schemas.js'
import type { OpenApiDocument } from '../openapi/reading.js'
import { shown } from '../openapi/shown.js'
import { argumentNames } from './argument-names.js'
import type { ArgumentPlan } from './argument-plan.js'
import { RETRY_OF } from './idempotent-calls.js'
import { isInt64, itemsOf } from './raw-schema.js'
import { ToolFault } from './tool-fault.js'
import { unsendable } from './unsendable.js'

/** A parameter with its schema for the model. */
export interface PlannedParameter extends ArgumentPlan {
  readonly schema: JsonObject
}

export interface PlannedParameters {
  readonly parameters: readonly PlannedParameter[]
  /** The header of the key of idempotency, which is no argument; `undefined`: calls get none. */
  readonly idempotencyHeader: string | undefined
  readonly notes: readonly string[]
}

/** Values that are sent in place of arguments, by the argument's or the parameter's name. */
export type FixedValues = Readonly<Record<string, Json>>

export interface PlanningOptions {
  readonly converted: readonly ConvertedSchema[]
  readonly fixed: FixedValues
  /** The header that is taken for that of a key; `undefined`: none is. */
  readonly idempotencyHeader: string | undefined
  /** Whether calls get a key where the operation does not declare that header. */
  readonly keyUndeclared: boolean
}

const MAX_DESCRIPTION = 500

/**
 * Plans the parameters of an operation. Optional ones that cannot be sent are left out with a note; throws `ToolFault` for
 * required ones.
 */
export function planParameters(
  document: OpenApiDocument,
  operation: OpenApiOperation,
  { converted, fixed, idempotencyHeader: wanted, keyUndeclared }: PlanningOptions,
): PlannedParameters {
  const notes: string[] = []
  const sendable: { readonly parameter: OpenApiParameter; readonly form: ConvertedSchema }[] = []
  for (const [index, parameter] of operation.parameters.entries()) {
    const form = converted[index] ?? { schema: {}, names: undefined }
    const why = unsendable(parameter, form.schema)
    if (why === undefined) sendable.push({ parameter, form })
    else if (parameter.required) throw needs(why, parameter)
    else notes.push(`It is called without ${why}`)
  }
  const isKey = keyOf(wanted)
  const declared = sendable.map(({ parameter }) => parameter)
  const undeclared = keyUndeclared && !declared.some(isKey) ? wanted : undefined
  const names = argumentNames(declared, [
    ...(operation.requestBody === undefined ? [] : ['body']),
    ...(declared.some(isKey) || undeclared !== undefined ? [RETRY_OF] : []),
  ])
  const planned = sendable.map(({ parameter, form }, index): PlannedParameter => {
    const name = names.get(parameter) ?? parameter.name
    return {
      name,
      parameter,
      names: form.names,
      fixed: fixedValue(fixed, name, parameter) ?? onlyValue(parameter, form.schema),
      slot: /^[a-z_]/i.test(name) ? name : `p${index}_${name}`,
      schema: argumentSchema(document, parameter, form.schema),
    }
  })
  // A value that somebody has fixed stays.
  const key = planned.find(({ parameter, fixed: value }) => isKey(parameter) && value === undefined)
  const idempotencyHeader = key?.parameter.name ?? undeclared
  if (idempotencyHeader === undefined) return { parameters: planned, idempotencyHeader, notes }
  return {
    parameters: planned.filter((one) => one !== key),
    idempotencyHeader,
    notes: [...notes, `Each call gets a ${shown(idempotencyHeader)} of its own`],
  }
}

/** Names of headers are the same in any case. */
function keyOf(header: string | undefined): (parameter: OpenApiParameter) => boolean {
  const wanted = header?.toLowerCase()
  return (parameter) => parameter.in === 'header' && parameter.name.toLowerCase() === wanted
}

function needs(why: string, { pointer }: OpenApiParameter): ToolFault {
  return new ToolFault({
    code: 'unsupported_argument',
    kind: 'unsupported',
    pointer,
    reason: `It needs ${why}`,
    cure: 'Let the API do without it, or leave the operation out',
  })
}

function fixedValue(
  fixed: FixedValues,
  name: string,
  { name: wire }: OpenApiParameter,
): Json | undefined {
  return member(fixed, name) ?? member(fixed, wire)
}

/** What can have one value only is not worth a question. An optional one may be meant to be left out. */
function onlyValue({ required }: OpenApiParameter, schema: JsonObject): Json | undefined {
  const values = member(schema, 'enum')
  if (!required || !Array.isArray(values) || values.length !== 1) return undefined
  const [value] = values as readonly Json[]
  return typeof value === 'object' ? undefined : value
}

function argumentSchema(
  document: OpenApiDocument,
  parameter: OpenApiParameter,
  schema: JsonObject,
): JsonObject {
  const own = member(schema, 'description')
  const words = parameter.description ?? (typeof own === 'string' ? own : '')
  const description = shown(
    parameter.deprecated ? `${words} Deprecated.`.trim() : words,
    MAX_DESCRIPTION,
  ).trim()
  const exact = withDigits(document, parameter, schema)
  if (description === '') return exact
  return { ...exact, description }
}

/** Digits of a number of 64 bits. */
export const DIGITS = '^-?[0-9]{1,20}$'

/** JSON numbers of more than 53 bits are rounded on their way: such a number may be given as a text too. */
function withDigits(
  document: OpenApiDocument,
  { schema: source, content }: OpenApiParameter,
  schema: JsonObject,
): JsonObject {
  if (content !== undefined) return schema
  if (isInt64(document, source)) return digits(schema)
  const items = member(schema, 'items')
  if (isObject(items) && isInt64(document, itemsOf(document, source))) {
    return { ...schema, items: digits(items) }
  }
  return schema
}

function digits(schema: JsonObject): JsonObject {
  if (member(schema, 'type') !== 'integer' || member(schema, 'enum') !== undefined) return schema
  const { description, ...number } = schema
  const either = { anyOf: [number, { type: 'string', pattern: DIGITS }] }
  return description === undefined ? either : { description, ...either }
}
