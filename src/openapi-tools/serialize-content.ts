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

/** A value as JSON. */
export function jsonText(value: Json, argument: string): string {
  try {
    return JSON.stringify(value)
  } catch {
    throw invalidArgument(argument, 'is nested too deeply')
  }
}
