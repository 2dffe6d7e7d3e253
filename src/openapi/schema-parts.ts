import { isList, isObject, member, type JsonObject } from './json.js'
import type { SchemaType } from './schema-keywords.js'

/** What stands for the parts of a schema that are not described. */
export function bareParts(types: readonly SchemaType[]): JsonObject {
  return types.includes('array') ? { items: {} } : {}
}

/** Whether a schema has others in it. */
export function hasParts(schema: JsonObject): boolean {
  return [
    'properties',
    'items',
    'prefixItems',
    'additionalProperties',
    'allOf',
    'anyOf',
    'oneOf',
  ].some((key) => typeof member(schema, key) === 'object')
}

/** The names that a schema requires, as the API knows them. */
export function requiredOf(schema: JsonObject): readonly string[] {
  const required = member(schema, 'required')
  if (!isList(required)) return []
  return [...new Set(required.filter((name) => typeof name === 'string'))]
}

/** Only null fits. As a branch it makes the others nullable. */
export function isNullAlone(schema: JsonObject): boolean {
  const type = member(schema, 'type')
  const [only, second] = isList(type) ? type : [type]
  return only === 'null' && second === undefined
}

/** Members beside a `$ref` of 3.0, where the specification ignores them, that people mean nevertheless. */
export const ANNOTATIONS = new Set([
  'description',
  'nullable',
  'readOnly',
  'writeOnly',
  'deprecated',
])

/** A converted schema that null fits too. */
export function withNull(schema: JsonObject): JsonObject {
  const type = member(schema, 'type')
  const branches = member(schema, 'anyOf')
  const values = member(schema, 'enum')
  return {
    ...schema,
    ...(type === undefined ? {} : { type: [...(isList(type) ? type : [type]), 'null'] }),
    ...(isList(branches) ? { anyOf: [...branches, { type: 'null' }] } : {}),
    ...(isList(values) ? { enum: [...values, null] } : {}),
  }
}

const counts = new WeakMap<JsonObject, number>()

/** How many items or members a list or an object in a schema has. An object with many is counted once. */
export function countIn(schema: JsonObject, key: string): number {
  const value = member(schema, key)
  if (isList(value)) return value.length
  if (!isObject(value)) return 0
  const known = counts.get(value) ?? Object.keys(value).length
  counts.set(value, known)
  return known
}
