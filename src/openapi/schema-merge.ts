import { isList, isObject, member, setMember, without, type Json, type JsonObject } from './json.js'

/**
 * Joins schemas that all have to hold into one, as far as that is simple; what is not makes the result accept more. The
 * description and other texts of the first win.
 */
export function mergeSchemas(schemas: readonly JsonObject[]): JsonObject {
  const filled = schemas.filter((schema) => Object.keys(schema).length > 0)
  const [first, ...rest] = filled
  if (first === undefined) return {}
  const merged = rest.reduce((all, next) => mergeTwo(all, next), first)
  const withMembers = filled.filter((schema) => member(schema, 'properties') !== undefined)
  if (withMembers.length < 2 || member(merged, 'additionalProperties') === undefined) return merged
  // Each part means what it does not name itself; the others name more.
  return without(merged, 'additionalProperties')
}

function mergeTwo(first: JsonObject, second: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...first }
  for (const key of Object.keys(second)) {
    const added = second[key] ?? null
    const there = member(first, key)
    merged[key] = there === undefined ? added : joined(key, there, added)
  }
  const [one, other] = [member(first, 'anyOf'), member(second, 'anyOf')]
  if (one === undefined || other === undefined || same(one, other)) return merged
  const all = member(merged, 'allOf')
  return { ...merged, anyOf: one, allOf: [...(isList(all) ? all : []), { anyOf: other }] }
}

function joined(key: string, first: Json, second: Json): Json {
  if (same(first, second)) return first
  switch (key) {
    case 'properties':
      return joinedProperties(first, second)
    case 'required':
      return [...new Set([...listOf(first), ...listOf(second)])]
    case 'allOf':
      return [...listOf(first), ...listOf(second)]
    case 'type':
      return joinedTypes(listOf(first), listOf(second))
    case 'enum': {
      const both = listOf(first).filter((value) =>
        listOf(second).some((other) => same(value, other)),
      )
      return both.length > 0 ? both : first
    }
    default:
      return typeof first === 'number' && typeof second === 'number'
        ? joinedBounds(key, first, second)
        : first
  }
}

function joinedProperties(first: Json, second: Json): Json {
  const merged: Record<string, Json> = isObject(first) ? { ...first } : {}
  for (const key of isObject(second) ? Object.keys(second) : []) {
    const [one, other] = [member(first, key), member(second, key)]
    const both = isObject(one) && isObject(other) ? mergeSchemas([one, other]) : (other ?? null)
    setMember(merged, key, both)
  }
  return merged
}

function joinedTypes(first: readonly Json[], second: readonly Json[]): Json {
  const widened = second.includes('number') ? [...second, 'integer'] : second
  const both = first.filter((type) => widened.includes(type))
  const narrower =
    both.length > 0
      ? both
      : first.includes('number') && second.includes('integer')
        ? ['integer']
        : first
  return narrower.length === 1 ? (narrower[0] ?? null) : narrower
}

function joinedBounds(key: string, first: number, second: number): number {
  if (/^(?:min|exclusiveMin)/.test(key)) return Math.max(first, second)
  return /^(?:max|exclusiveMax)/.test(key) ? Math.min(first, second) : first
}

function listOf(value: Json): readonly Json[] {
  return isList(value) ? value : [value]
}

function same(first: Json, second: Json): boolean {
  return first === second || JSON.stringify(first) === JSON.stringify(second)
}
