import { isObject, member, textMember, type JsonObject } from './json.js'
import { flagMember } from './media-types.js'
import { shown, shownList } from './shown.js'

/** The description of a schema: its own, and words for what no keyword says. At most `most` characters. */
export function writeDescription(
  schema: JsonObject,
  notes: readonly string[],
  most: number,
): string {
  const own = shown(textMember(schema, 'description') ?? '', most).trim()
  const said = [
    own,
    flagMember(schema, 'deprecated') === true ? 'Deprecated.' : '',
    discriminatorWords(schema),
    ...notes,
  ]
  if (most === 0) return ''
  return said.filter((text) => text !== '').join(' ')
}

function discriminatorWords(schema: JsonObject): string {
  const discriminator = member(schema, 'discriminator')
  const name = textMember(discriminator, 'propertyName')
  if (name === undefined) return ''
  const mapping = member(discriminator, 'mapping')
  const values = isObject(mapping) ? Object.keys(mapping) : []
  const listed = values.length === 0 ? '' : `: ${shownList(values, 10)}`
  return `${shown(name, 60)} says which form it has${listed}.`
}
