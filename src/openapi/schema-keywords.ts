import { isList, member, textMember, type Json, type JsonObject } from './json.js'
import { flagMember } from './media-types.js'
import { shown } from './shown.js'

export type SchemaType = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean'

const TYPES: readonly SchemaType[] = ['object', 'array', 'string', 'number', 'integer', 'boolean']

/** The types of a schema, and whether null is one: `nullable` of 3.0, a list of types of 3.1. */
export function typesOf(schema: JsonObject): {
  readonly types: readonly SchemaType[]
  readonly nullable: boolean
} {
  const written = member(schema, 'type')
  const listed = isList(written) ? written : [written]
  // Swagger 2.0 has files as a type of their own.
  const named = listed.map((type) => (type === 'file' ? 'string' : type))
  const types = TYPES.filter((type) => named.includes(type))
  const inOrder = named.filter((type): type is SchemaType => types.some((known) => known === type))
  const nullable = named.includes('null') || flagMember(schema, 'nullable') === true
  return { types: inOrder.length > 0 ? [...new Set(inOrder)] : inferred(schema), nullable }
}

function inferred(schema: JsonObject): readonly SchemaType[] {
  const has = (key: string): boolean => typeof member(schema, key) === 'object'
  if (has('properties') || has('additionalProperties')) return ['object']
  if (has('items') || has('prefixItems')) return ['array']
  return []
}

/** Formats that clients and providers know. */
const FORMATS = /^(?:date-time|date|time|duration|email|hostname|ipv4|ipv6|uri|uuid)$/
/** These say no more than the type, or nothing that a model can use. */
const SILENT_FORMATS = /^(?:int32|int64|float|double|decimal|password|string|integer|number)$/

const MAX_PATTERN = 500
const MAX_DEFAULT = 200

/** Keywords of texts, numbers and sizes, and the words for what cannot stay a keyword. */
export interface PlainKeywords {
  readonly keywords: Readonly<Record<string, Json>>
  readonly notes: readonly string[]
}

/** Converts the keywords that have no schemas in them; those of a wrong type are left out. */
export function plainKeywords(schema: JsonObject, types: readonly SchemaType[]): PlainKeywords {
  const format = formatOf(schema, types)
  const pattern = patternOf(schema)
  const fallback = member(schema, 'default')
  const simple =
    typeof fallback === 'number' ||
    typeof fallback === 'boolean' ||
    (typeof fallback === 'string' && fallback.length <= MAX_DEFAULT)
  const unique = flagMember(schema, 'uniqueItems') === true
  return {
    keywords: {
      ...bounds(schema),
      ...sizes(schema),
      ...format.keywords,
      ...pattern.keywords,
      ...(unique ? { uniqueItems: true } : {}),
      ...(simple ? { default: fallback } : {}),
    },
    notes: [...format.notes, ...pattern.notes],
  }
}

/** Of numbers; in 3.0 `exclusiveMinimum: true` says how `minimum` is meant. */
function bounds(schema: JsonObject): Record<string, Json> {
  const found: Record<string, Json> = {}
  for (const [plain, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    const bound = member(schema, plain)
    const strict = member(schema, exclusive)
    if (typeof strict === 'number') found[exclusive] = strict
    if (typeof bound === 'number') found[strict === true ? exclusive : plain] = bound
  }
  const step = member(schema, 'multipleOf')
  if (typeof step === 'number' && step > 0) found['multipleOf'] = step
  return found
}

const SIZES = [
  ...(['minLength', 'maxLength', 'minItems', 'maxItems'] as const),
  ...(['minProperties', 'maxProperties'] as const),
]

function sizes(schema: JsonObject): Record<string, Json> {
  const found: Record<string, Json> = {}
  for (const key of SIZES) {
    const size = member(schema, key)
    if (typeof size === 'number' && Number.isInteger(size) && size >= 0) found[key] = size
  }
  return found
}

function formatOf(schema: JsonObject, types: readonly SchemaType[]): PlainKeywords {
  const format = textMember(schema, 'format') ?? ''
  const encoding = textMember(schema, 'contentEncoding')
  if (format === 'byte' || encoding === 'base64') return { keywords: {}, notes: ['In base64.'] }
  if (format === 'binary') return { keywords: {}, notes: ['Binary data.'] }
  if (format === '' || SILENT_FORMATS.test(format)) return { keywords: {}, notes: [] }
  if (FORMATS.test(format) && (types.length === 0 || types.includes('string'))) {
    return { keywords: { format }, notes: [] }
  }
  return { keywords: {}, notes: [`Format: ${shown(format, 60)}.`] }
}

function patternOf(schema: JsonObject): PlainKeywords {
  const pattern = textMember(schema, 'pattern')
  if (pattern === undefined || pattern === '') return { keywords: {}, notes: [] }
  if (pattern.length <= MAX_PATTERN && compiles(pattern)) {
    return { keywords: { pattern }, notes: [] }
  }
  return { keywords: {}, notes: [`Pattern: ${shown(pattern, 100)}`] }
}

/** As JSON Schema 2020-12 has patterns compiled: with the flag u. */
function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp
  } catch {
    return false
  }
}

/** The members of `enum` or `const`, each once; null is told apart. `undefined` if there is neither. */
export function valuesOf(
  schema: JsonObject,
): { readonly values: readonly Json[]; readonly hasNull: boolean } | undefined {
  const listed = member(schema, 'enum')
  const fixed = member(schema, 'const')
  const values = isList(listed) ? listed : fixed === undefined ? undefined : [fixed]
  if (values === undefined || values.length === 0) return undefined
  const distinct = new Map(values.map((value) => [JSON.stringify(value), value]))
  const hasNull = distinct.delete('null')
  return { values: [...distinct.values()], hasNull }
}
