import { isList, isObject, type Json, type JsonObject } from '../openapi/json.js'
import type { OpenApiEncoding } from '../openapi/operation.js'
import { encodeQuery } from './encode-query.js'
import { primitiveText } from './primitive-text.js'
import { jsonText } from './serialize-content.js'
import { styledPairs } from './serialize-query.js'

const ARGUMENT = 'body'

/**
 * An object as `application/x-www-form-urlencoded`: by the style of each property's encoding; without one, lists repeat
 * their name and objects are JSON (OpenAPI "Encoding Object").
 */
export function formText(
  value: JsonObject,
  encodings: ReadonlyMap<string, OpenApiEncoding>,
): string {
  const taken = new Set(Object.keys(value))
  return Object.keys(value)
    .flatMap((name) => propertyPairs(name, value[name] ?? null, { encodings, taken }))
    .join('&')
}

interface Form {
  readonly encodings: ReadonlyMap<string, OpenApiEncoding>
  readonly taken: ReadonlySet<string>
}

function propertyPairs(name: string, value: Json, { encodings, taken }: Form): readonly string[] {
  if (value === null) return []
  const { style, explode, allowReserved } = encodings.get(name) ?? {}
  const styled = style !== undefined || explode !== undefined || allowReserved !== undefined
  if (!styled) return plainPairs(name, value)
  if (style === 'deepObject') return deepPairs(name, value)
  const how = { name, style: style ?? 'form', explode: explode ?? (style ?? 'form') === 'form' }
  return styledPairs({ ...how, allowReserved: allowReserved ?? false }, value, {
    argument: ARGUMENT,
    taken,
  })
}

function plainPairs(name: string, value: Json): readonly string[] {
  if (isList(value)) return value.flatMap((item) => plainPairs(name, item))
  if (value === null) return []
  const text = isObject(value) ? jsonText(value, ARGUMENT) : primitiveText(value, ARGUMENT)
  return [pair(name, text)]
}

/** Objects within objects, as the APIs that use this style in forms read them: `a[b][c]=1`, `a[b][0]=1`. */
function deepPairs(name: string, value: Json, depth = 0): readonly string[] {
  if (value === null || depth > 20) return []
  if (isList(value)) {
    return value.flatMap((item, index) => deepPairs(`${name}[${index}]`, item, depth + 1))
  }
  if (isObject(value)) {
    return Object.keys(value).flatMap((key) =>
      deepPairs(`${name}[${key}]`, value[key] ?? null, depth + 1),
    )
  }
  return [pair(name, primitiveText(value, ARGUMENT))]
}

function pair(name: string, text: string): string {
  return `${encodeQuery(name, ARGUMENT)}=${encodeQuery(text, ARGUMENT)}`
}
