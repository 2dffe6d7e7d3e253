import { StyledPathValue, type StyledPiece } from '../downstream/path-template.js'
import { isList, isObject, type Json } from '../openapi/json.js'
import type { OpenApiParameter } from '../openapi/operation.js'
import { invalidArgument } from './argument-error.js'
import { contentText } from './serialize-content.js'
import { memberTexts, primitiveText } from './primitive-text.js'

type Delimiter = ',' | '.' | ';' | '='

/**
 * The value of a path parameter by its style (OpenAPI "Style Examples": simple, label, matrix). Each part of it is encoded by
 * the template, which refuses what would change the path.
 */
export function pathValue(
  parameter: OpenApiParameter,
  value: Json,
  argument: string,
): string | StyledPathValue {
  const { style, content } = parameter
  if (content !== undefined) return contentText(content, value, argument)
  if (style === 'simple' && !isList(value) && !isObject(value)) {
    return primitiveText(value, argument)
  }
  const members = memberTexts(value, argument)
  if (members.length === 0) throw invalidArgument(argument, 'is empty, and stands in the path')
  if (style === 'label') return new StyledPathValue(labelPieces(parameter, members))
  if (style === 'matrix') return new StyledPathValue(matrixPieces(parameter, value, members))
  return new StyledPathValue(joined(members, parameter.explode, ','))
}

type Members = readonly (readonly [string | undefined, string])[]

function labelPieces({ explode }: OpenApiParameter, members: Members): readonly StyledPiece[] {
  return [{ delimiter: '.' }, ...joined(members, explode, explode ? '.' : ',')]
}

function matrixPieces(
  { name, explode }: OpenApiParameter,
  value: Json,
  members: Members,
): readonly StyledPiece[] {
  if (!explode || (!isList(value) && !isObject(value))) {
    return [...matrixName(name), ...joined(members, false, ',')]
  }
  return members.flatMap(([key, text]) => [...matrixName(key ?? name), { part: text }])
}

function matrixName(name: string): readonly StyledPiece[] {
  return [{ delimiter: ';' }, { part: name }, { delimiter: '=' }]
}

/** `a,b`, `k,v` or, exploded, `k=v`. */
function joined(members: Members, explode: boolean, delimiter: Delimiter): readonly StyledPiece[] {
  return members.flatMap(([key, text], index) => [
    ...(index === 0 ? [] : [{ delimiter }]),
    ...(key === undefined
      ? []
      : [{ part: key }, { delimiter: explode ? ('=' as const) : (',' as const) }]),
    { part: text },
  ])
}
