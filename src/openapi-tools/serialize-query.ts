import { isList, isObject, type Json } from '../openapi/json.js'
import type { OpenApiParameter } from '../openapi/operation.js'
import { invalidArgument } from './argument-error.js'
import { encodeQuery, encodeReserved } from './encode-query.js'
import { memberTexts, primitiveText } from './primitive-text.js'
import { contentText } from './serialize-content.js'

/** How a value becomes pairs of a query or of a form. */
export type QueryStyle = Pick<OpenApiParameter, 'name' | 'style' | 'explode' | 'allowReserved'>

/** Names of the query that belong to other parameters: the members of an object must not take them. */
export type TakenNames = ReadonlySet<string>

const SEPARATORS: Readonly<Record<string, string>> = {
  form: ',',
  spaceDelimited: '%20',
  pipeDelimited: '%7C',
}

/** The encoded pairs of a query parameter, by its content or its style (OpenAPI "Style Examples"). */
export function queryPairs(
  parameter: OpenApiParameter,
  value: Json,
  { argument, taken }: { readonly argument: string; readonly taken: TakenNames },
): readonly string[] {
  const { content, name } = parameter
  if (content === undefined) return styledPairs(parameter, value, { argument, taken })
  const encoded = encodeQuery(contentText(content, value, argument), argument)
  return [`${encodeQuery(name, argument)}=${encoded}`]
}

/** The encoded pairs of a value in a style of queries and forms. */
export function styledPairs(
  how: QueryStyle,
  value: Json,
  { argument, taken }: { readonly argument: string; readonly taken: TakenNames },
): readonly string[] {
  const { name, style, explode } = how
  const pair = (key: string, text: string): string =>
    `${encodeQuery(key, argument)}=${valueText(how, text, argument)}`
  if (!isList(value) && !isObject(value)) return [pair(name, primitiveText(value, argument))]
  if (style === 'deepObject') {
    if (!isObject(value)) throw invalidArgument(argument, 'is a list, and has to be an object')
    const others = new Set([...taken].filter((one) => one !== name))
    return Object.keys(value).map((key) => {
      const whole = `${name}[${key}]`
      assertNotTaken(whole, argument, others)
      return pair(whole, primitiveText(value[key], argument))
    })
  }
  const members = memberTexts(value, argument)
  if (explode) {
    return members.map(([key, text]) => {
      if (key !== undefined && key !== name) assertNotTaken(key, argument, taken)
      return pair(key ?? name, text)
    })
  }
  if (members.length === 0) return []
  const parts = members.flatMap(([key, text]) => (key === undefined ? [text] : [key, text]))
  return [`${encodeQuery(name, argument)}=${joinedParts(how, parts, argument)}`]
}

/**
 * The value of the other parameter may be fixed. Some servers do not tell capitals from small letters, and to some `limit[]`
 * is `limit` again.
 */
export function assertNotTaken(key: string, argument: string, taken: TakenNames): void {
  const [head = ''] = key.toLowerCase().split('[')
  const forms = new Set([key.toLowerCase(), head])
  if (![...taken].some((name) => forms.has(name.toLowerCase()))) return
  throw invalidArgument(argument, 'has a member with the name of another parameter')
}

function valueText({ allowReserved }: QueryStyle, text: string, argument: string): string {
  return allowReserved ? encodeReserved(text, argument) : encodeQuery(text, argument)
}

/** A list in one value. A comma within an item is encoded and told apart; an encoded space or pipe would not be. */
function joinedParts(
  { style, allowReserved }: QueryStyle,
  parts: readonly string[],
  argument: string,
): string {
  const separator = SEPARATORS[style] ?? ','
  const character = decodeURIComponent(separator)
  if (character !== ',' && parts.some((part) => part.includes(character))) {
    const named = character === ' ' ? 'a space' : `"${character}"`
    throw invalidArgument(argument, `has ${named} in an item, which separates the items`)
  }
  return parts
    .map((part) =>
      allowReserved ? encodeReserved(part, argument, ',') : encodeQuery(part, argument),
    )
    .join(separator)
}
