import { OnBehalfOfError } from '../failures/errors.js'
import type { Json } from '../openapi/json.js'
import type { OpenApiMediaType } from '../openapi/operation.js'
import { invalidArgument } from './argument-error.js'
import { isJsonType } from './media-kinds.js'
import { primitiveText } from './primitive-text.js'

/** A value in the media type that a parameter has in place of a style: JSON or a text. */
export function contentText(
  { mediaType }: OpenApiMediaType,
  value: Json,
  argument: string,
): string {
  return isJsonType(mediaType) ? jsonText(value, argument) : primitiveText(value, argument)
}

/** A value as JSON. Throws `invalid_argument` for a number in it that is another than the model wrote. */
export function jsonText(value: Json, argument: string): string {
  try {
    return JSON.stringify(value, (_, inner: unknown) => {
      if (typeof inner === 'number') assertExact(inner, argument)
      return inner
    })
  } catch (error) {
    if (error instanceof OnBehalfOfError) throw error
    throw invalidArgument(argument, 'is nested too deeply')
  }
}

/** From here on JavaScript writes whole numbers with an exponent: these are amounts, and no identifiers. */
const FIRST_WITH_EXPONENT = 1e21

/** `1e400` is infinite once it is read, and JSON would have null for it; digits beyond 53 bits are lost. */
function assertExact(number: number, argument: string): void {
  const size = Math.abs(number)
  if (!Number.isFinite(number)) throw invalidArgument(argument, 'has a number that is too large')
  if (Number.isInteger(number) && !Number.isSafeInteger(number) && size < FIRST_WITH_EXPONENT) {
    const problem =
      'has a number with too many digits: give it as a text of digits, if the API takes one'
    throw invalidArgument(argument, problem)
  }
}
