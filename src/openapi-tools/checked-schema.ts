import { isList, isObject, member, setMember, type Json, type JsonObject } from '../openapi/json.js'
import { DIGITS } from './plan-parameters.js'

const NUMBERS = [
  ...(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minLength'] as const),
  ...(['maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'] as const),
]

/** A schema as arguments are checked by it: what compiles in any case, without patterns and formats of the document. */
export function checkedSchema(schema: Json | undefined): JsonObject {
  const checked: Record<string, Json> = {}
  const type = member(schema, 'type')
  if (typeof type === 'string' || isList(type)) checked['type'] = type
  const values = member(schema, 'enum')
  if (isList(values) && values.length > 0) checked['enum'] = values
  for (const key of NUMBERS) {
    const bound = member(schema, key)
    if (typeof bound === 'number' && Number.isFinite(bound)) checked[key] = bound
  }
  if (member(schema, 'pattern') === DIGITS) checked['pattern'] = DIGITS
  const required = member(schema, 'required')
  if (isList(required)) checked['required'] = required
  const branches = member(schema, 'anyOf')
  if (isList(branches)) checked['anyOf'] = branches.map(checkedSchema)
  const items = member(schema, 'items')
  if (isObject(items)) checked['items'] = checkedSchema(items)
  const properties = member(schema, 'properties')
  if (isObject(properties)) checked['properties'] = checkedProperties(properties)
  const others = member(schema, 'additionalProperties')
  if (others === false) checked['additionalProperties'] = false
  else if (isObject(others)) checked['additionalProperties'] = checkedSchema(others)
  return checked
}

function checkedProperties(properties: JsonObject): JsonObject {
  const checked: Record<string, Json> = {}
  for (const name of Object.keys(properties))
    setMember(checked, name, checkedSchema(properties[name]))
  return checked
}
