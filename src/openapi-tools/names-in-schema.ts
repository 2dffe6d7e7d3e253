import { isList, isObject, member, type Json } from '../openapi/json.js'

const MAX_NAMES = 5_000

/** The names of all members that a schema describes, at any depth; at most 5,000. */
export function namesInSchema(schema: Json): ReadonlySet<string> {
  const names = new Set<string>()
  const left: Json[] = [schema]
  for (let next = left.pop(); next !== undefined && names.size < MAX_NAMES; next = left.pop()) {
    if (isList(next)) left.push(...next)
    if (!isObject(next)) continue
    const properties = member(next, 'properties')
    if (isObject(properties)) Object.keys(properties).forEach((name) => names.add(name))
    left.push(...Object.values(next))
  }
  return names
}
