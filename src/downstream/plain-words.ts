import { isOrdinaryName } from './ordinary-name.js'
import { isUuid, scrub } from '../logging/scrub.js'
import { UNPRINTABLE } from '../logging/unprintable.js'

/** Names that are known not to be secret, such as those of a tool's own arguments. */
export interface KnownNames {
  has(name: string): boolean
}

export const NO_NAMES: KnownNames = new Set<string>()

/** A word, and the punctuation around it. */
const WORD = /^([('{#/.:,;]*)(.*?)([')}.,:;!?]*)$/s
/** Between the names of a path: `/data/items/0`, `items[0].price`, `filter[from]`, `name=`. */
const BETWEEN = /([/.=[\]]+)/

/**
 * Foreign text as one bounded line, word by word, without quotation marks, control characters and anything that looks like a token.
 * Names of arguments and UUIDs stay, whatever their length; those of `known` however they look.
 */
export function plainWords(text: string, most: number, known: KnownNames): string {
  const cut = text
    .slice(0, most * 4)
    .replace(UNPRINTABLE, ' ')
    .replace(/["“”„«»]/g, "'")
  const words = cut.split(/\s+/).filter((word) => word !== '')
  // The last word of a text that was cut may be half a token.
  const whole = text.length > most * 4 ? words.slice(0, -1) : words
  const line = whole.map((word) => plainWord(word, known)).join(' ')
  return line.length > most ? `${line.slice(0, most).toWellFormed()}…` : line
}

/** The names that it begins with stay. From the first that is none, all of it is judged as one: a token may have such separators. */
function plainWord(word: string, known: KnownNames): string {
  const [, before = '', name = word, after = ''] = WORD.exec(word) ?? []
  if (known.has(name)) return word
  const parts = name.split(BETWEEN)
  const odd = parts.findIndex((part, index) => index % 2 === 0 && !isName(part, known))
  if (odd === -1) return word
  const rest = parts.slice(odd).join('')
  const kept = parts.slice(0, odd).join('')
  return `${before}${kept}${scrub(rest, rest.length) ?? ''}${after}`
}

function isName(part: string, known: KnownNames): boolean {
  return /^\d{0,6}$/.test(part) || known.has(part) || isUuid(part) || isOrdinaryName(part)
}
