import { isList, isObject, type Json } from '../openapi/json.js'
import { invalidArgument } from './argument-error.js'

/** A text, a number, true or false as a parameter has it. Throws `invalid_argument` for anything else. */
export function primitiveText(value: Json | undefined, argument: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return numberText(value, argument)
  const kind = isObject(value) ? 'an object' : isList(value) ? 'a list' : 'null'
  throw invalidArgument(argument, `has ${kind} where a text, a number or true or false belongs`)
}

/** A number larger than this was rounded already when the request was read. */
function numberText(value: number, argument: string): string {
  if (!Number.isFinite(value)) throw invalidArgument(argument, 'is a number that is too large')
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw invalidArgument(argument, 'is a number with too many digits: give it as a text of digits')
  }
  return String(value)
}

/** The members of a value, as texts: of a list, of an object as keys and values. */
export function memberTexts(
  value: Json,
  argument: string,
): readonly (readonly [string | undefined, string])[] {
  if (isList(value)) return value.map((item) => [undefined, primitiveText(item, argument)])
  if (!isObject(value)) return [[undefined, primitiveText(value, argument)]]
  return Object.keys(value).map((key) => [key, primitiveText(value[key], argument)])
}
