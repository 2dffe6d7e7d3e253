import { isList, isObject, type Json } from '../openapi/json.js'
import type { OpenApiParameter } from '../openapi/operation.js'
import { invalidArgument } from './argument-error.js'
import { isJsonType } from './media-kinds.js'
import { memberTexts, primitiveText } from './primitive-text.js'
import { contentText } from './serialize-content.js'

/** The value of a header parameter, in the style `simple`: `a,b`, `k,v` or, exploded, `k=v`. Visible ASCII and spaces. */
export function headerValue(parameter: OpenApiParameter, value: Json, argument: string): string {
  const text = headerText(parameter, value, argument)
  if (/^[\x20-\x7E]*$/.test(text)) return text
  throw invalidArgument(
    argument,
    'is sent as a header, and has a character that cannot stand there: letters, digits and signs of ASCII can',
  )
}

function asciiJson(text: string): string {
  return text.replace(
    /[^\x20-\x7E]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function headerText(parameter: OpenApiParameter, value: Json, argument: string): string {
  const { content, explode } = parameter
  if (content !== undefined) {
    const text = contentText(content, value, argument)
    return isJsonType(content.mediaType) ? asciiJson(text) : text
  }
  if (!isList(value) && !isObject(value)) return primitiveText(value, argument)
  const members = memberTexts(value, argument)
  const parts = members.flatMap(([key, text]) => (key === undefined ? [text] : [key, text]))
  const reserved = explode && isObject(value) ? /[,=]/ : /,/
  if (parts.some((part) => reserved.test(part))) {
    throw invalidArgument(argument, 'has a separator of the header (a comma) in an item')
  }
  return members
    .map(([key, text]) => (key === undefined ? text : `${key}${explode ? '=' : ','}${text}`))
    .join(',')
}
