import { isList, isObject, member, type Json, type JsonObject } from '../openapi/json.js'
import { scrubIdentifier } from '../logging/scrub.js'
import { UNPRINTABLE } from '../logging/unprintable.js'

/** Of one text of the API, in characters. */
const MAX_TEXT = 300
/** Of the name of an argument. */
const MAX_PLACE = 120
/** Entries of a list of errors. */
const MAX_ERRORS = 8
/** Of all of it. */
const MAX_WORDS = 1_000

/** Members that say what is wrong as a whole, in the order in which they are read. */
const WHOLE = ['title', 'message', 'error', 'detail', 'error_description', 'reason']
/** Lists of single errors, or texts by the names of arguments. */
const LISTS = ['errors', 'invalid-params', 'violations', 'detail', 'details']
/** What an entry of such a list says. */
const TEXTS = ['detail', 'message', 'msg', 'reason', 'title', 'description']
/** Where it is about. `loc` is a list of names. */
const PLACES = ['pointer', 'field', 'path', 'loc', 'parameter', 'param', 'property', 'name']

/**
 * Writes what an API says about a call that it did not accept: one bounded line, without quotation marks, control characters and
 * anything that looks like a token. `undefined` where it says nothing that is known how to read.
 *
 * Reads problem details (RFC 9457: `title`, `detail`, `errors` with `detail` and `pointer`) and what else APIs write: `message`,
 * `error` as a text or an object, texts by the names of arguments, `source.pointer` of JSON:API. All other members are passed over.
 */
export function problemWords(problem: Json): string | undefined {
  const inner = member(problem, 'error')
  const body = isObject(inner) ? inner : problem
  const whole = WHOLE.map((name) => textOf(member(body, name))).filter((text) => text !== '')
  const single = LISTS.flatMap((name) => errorsIn(member(body, name)))
  const shown = single.slice(0, MAX_ERRORS)
  const more = single.length - shown.length
  const parts = [...new Set([...whole, ...shown])]
  const words = [...parts, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
  if (words === '') return undefined
  return words.length > MAX_WORDS ? `${words.slice(0, MAX_WORDS).toWellFormed()}…` : words
}

/** A list of errors, each a text or an object; or an object with a text, or texts, for each argument. */
function errorsIn(list: Json | undefined): readonly string[] {
  const said = isList(list) ? list.map(errorOf) : isObject(list) ? errorsByName(list) : []
  return said.filter((text) => text !== '')
}

function errorsByName(errors: JsonObject): readonly string[] {
  return Object.entries(errors).flatMap(([name, said]) =>
    (isList(said) ? said : [said]).map((one) => about(placeOf(name), textOf(one))),
  )
}

function errorOf(error: Json): string {
  if (!isObject(error)) return textOf(error)
  const said = first(TEXTS.map((name) => textOf(member(error, name))))
  const source = member(error, 'source')
  const places = [error, source].flatMap((one) => PLACES.map((name) => placeOf(member(one, name))))
  return about(first(places), said)
}

function first(texts: readonly string[]): string {
  return texts.find((text) => text !== '') ?? ''
}

function about(place: string, said: string): string {
  if (said === '') return ''
  return place === '' ? said : `${place}: ${said}`
}

/** A name, a pointer, or a list of names and indices. */
function placeOf(place: Json | undefined): string {
  const names = isList(place) ? place.slice(0, 10) : [place ?? null]
  const known = names.filter((name) => typeof name === 'string' || typeof name === 'number')
  return plain(known.join('.'), MAX_PLACE)
}

function textOf(said: Json | undefined): string {
  return typeof said === 'string' ? plain(said, MAX_TEXT) : ''
}

/** A name of several words, or an index: `scrub` would take a long pointer for a token. */
const NAME = /^(?:[A-Za-z][a-z]{0,19}(?:[_.-][a-z]{1,20}|[A-Z][a-z]{1,20}){0,8}|\d{0,6})$/
/** A word, and the punctuation around it. */
const WORD = /^([('[{#/.:,;]*)(.*?)([)'\]},.:;!?]*)$/s

/**
 * Word by word: names of arguments and UUIDs stay, whatever their length. Quotation marks become simple ones, so that nothing
 * ends the quotation that it stands in.
 */
function plain(text: string, most: number): string {
  const cut = text
    .slice(0, most * 4)
    .replace(UNPRINTABLE, ' ')
    .replace(/["“”„«»]/g, "'")
  const words = cut.split(/\s+/).filter((word) => word !== '')
  // The last word of a text that was cut may be half a token.
  const whole = text.length > most * 4 ? words.slice(0, -1) : words
  const line = whole.map(plainWord).join(' ')
  return line.length > most ? `${line.slice(0, most).toWellFormed()}…` : line
}

function plainWord(word: string): string {
  const [, before = '', name = word, after = ''] = WORD.exec(word) ?? []
  if (name.split(/[/.=]/).every((part) => NAME.test(part))) return word
  return `${before}${scrubIdentifier(name, name.length) ?? ''}${after}`
}
