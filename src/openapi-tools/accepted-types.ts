import type { OpenApiResponse } from '../openapi/operation.js'
import { isJsonType } from './media-kinds.js'

const MAX_ACCEPTED = 5

/** JSON first, then what else a successful answer may be. */
export function acceptedTypes(responses: readonly OpenApiResponse[]): string {
  const all = responses
    .filter(({ status }) => status.startsWith('2'))
    .flatMap(({ content }) => content.map(({ mediaType }) => mediaType))
  const json = all.filter(isJsonType)
  const others = all.filter(
    (type) => !isJsonType(type) && (json.length === 0 || !type.endsWith('xml')),
  )
  if (json.length === 0 && others.length === 0) return 'application/json, */*;q=0.5'
  const listed = [...new Set([...json, ...others])].slice(0, MAX_ACCEPTED)
  const weighed = listed.map((type) =>
    json.length > 0 && !isJsonType(type) ? `${type};q=0.5` : type,
  )
  return listed.includes('*/*') ? weighed.join(', ') : [...weighed, '*/*;q=0.1'].join(', ')
}
