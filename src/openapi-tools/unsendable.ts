import { isForbiddenHeader } from '../downstream/outgoing-request.js'
import { isObject, member, type Json, type JsonObject } from '../openapi/json.js'
import type { OpenApiParameter } from '../openapi/operation.js'
import { shown } from '../openapi/shown.js'
import { isJsonType } from './media-kinds.js'

// RFC 9110 §5.6.2 `token`.
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]{1,100}$/
/** What says where a request comes from, or belongs to one connection. */
const NOT_FOR_CALLERS =
  /^(?:accept|content-type|content-encoding|expect|keep-alive|trailer|upgrade|via|x-real-ip|x-forwarded-.*|proxy-.*|sec-.*|cookie2)$/i

/** Why a parameter cannot be sent, as the end of a sentence; `undefined` if it can. */
export function unsendable(parameter: OpenApiParameter, schema: JsonObject): string | undefined {
  const name = shown(parameter.name, 60)
  if (parameter.in === 'cookie') return `the cookie ${name}`
  if (parameter.in === 'header' && isNoHeaderOfOurs(parameter.name)) {
    return `the header ${name}, which is not a caller's to set`
  }
  const { content } = parameter
  if (content !== undefined) {
    const form =
      parameter.in === 'querystring' && content.mediaType === 'application/x-www-form-urlencoded'
    const known = isJsonType(content.mediaType) || content.mediaType === 'text/plain' || form
    return known ? undefined : `${name}, which is written as ${shown(content.mediaType, 60)}`
  }
  return isNested(parameter, schema)
    ? `${name}, which has objects or lists within, and OpenAPI does not say how those are written`
    : undefined
}

function isNoHeaderOfOurs(name: string): boolean {
  return (
    !HEADER_NAME.test(name) ||
    NOT_FOR_CALLERS.test(name.replaceAll('_', '-')) ||
    isForbiddenHeader(name)
  )
}

function isNested({ style }: OpenApiParameter, schema: JsonObject): boolean {
  if (style === 'deepObject' && isCompound(schema, 'array')) return true
  const properties = member(schema, 'properties')
  const within = [
    member(schema, 'items'),
    ...(isObject(properties) ? Object.values(properties) : []),
  ]
  return within.some((inner) => isCompound(inner, 'array') || isCompound(inner, 'object'))
}

function isCompound(schema: Json | undefined, type: 'array' | 'object'): boolean {
  return member(schema, 'type') === type
}
