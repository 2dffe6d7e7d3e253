import { isList, isObject, member, type Json, type JsonObject } from '../openapi/json.js'
import type { KnownNames } from './plain-words.js'

/** One error, as the API writes it: neither bounded nor scrubbed. */
export interface ProblemError {
  /** The argument that it is about, as a name, a path or a pointer; empty where it names none. */
  readonly place: string
  readonly said: string
}

/** What an API says of a call, and of single arguments of it. */
export interface ProblemErrors {
  readonly whole: readonly ProblemError[]
  readonly single: readonly ProblemError[]
}

/** Members that say what is wrong as a whole, in the order in which they are read. */
const WHOLE = ['title', 'message', 'error', 'detail', 'error_description', 'reason']
/** Lists of single errors, or texts by the names of arguments. */
const LISTS = [
  ...['errors', 'invalid-params', 'invalidParams', 'violations', 'fieldViolations', 'issues'],
  ...['detail', 'details', 'causes', 'fieldErrors', 'formErrors', 'errorMessages'],
  ...['non_field_errors', '__all__'],
]
/** Members that are a text with some APIs, and a list with others. */
const TEXT_OR_LIST = ['message', 'error']
/** What a single error says. */
const TEXTS = [
  ...['detail', 'message', 'msg', 'defaultMessage', 'errorMessage', 'reason', 'title'],
  ...['description', 'error'],
]
/** What it says in one word, where it has no text. */
const KINDS = ['code', 'errorCode', 'type', 'keyword']
/** Where it is about. `loc` and `path` may be lists of names. */
const PLACES = [
  ...['pointer', 'field', 'path', 'loc', 'parameter', 'param', 'property', 'propertyName'],
  ...['propertyPath', 'target', 'instancePath', 'name', 'header', 'location'],
]
/** Those that mean an argument where they stand beside the text about the whole call. */
const PLACES_OF_WHOLE = ['pointer', 'field', 'parameter', 'param', 'target']
/** Members of an error that are lists of errors themselves. */
const NESTED = ['fieldViolations', 'violations', 'causes', 'errors', 'details']

const MAX_DEPTH = 4

/**
 * Reads the errors in an API's JSON: problem details (RFC 9457), JSON:API, Google, OData, GitHub, Stripe, Atlassian, Spring,
 * ASP.NET, FastAPI, Django REST framework, Rails, zod and those alike. Other members are passed over, rejected values among them;
 * a member by the name of an argument, with a list of texts, is read where `known` has the name. Pure.
 */
export function problemErrors(problem: Json, known: KnownNames): ProblemErrors {
  if (typeof problem === 'string') return { whole: [{ place: '', said: problem }], single: [] }
  if (isList(problem)) return { whole: [], single: errorsIn(problem, '', 0) }
  const inner = member(problem, 'error')
  const bodies = [...(isObject(inner) ? [inner] : []), problem].filter(isObject)
  return {
    whole: bodies.flatMap(wholeOf),
    single: bodies.flatMap((body) => [
      ...LISTS.flatMap((name) => errorsIn(member(body, name), '', 0)),
      ...TEXT_OR_LIST.flatMap((name) => errorsIn(listOf(member(body, name)), '', 0)),
      ...ofArguments(body, known),
    ]),
  }
}

/** The place goes with the most exact text. */
function wholeOf(body: JsonObject): readonly ProblemError[] {
  const texts = WHOLE.map((name) => member(body, name))
    .filter((said) => listOf(said) === undefined)
    .map(textOf)
    .filter((text) => text !== '')
  const place = first(PLACES_OF_WHOLE.map((name) => placeOf(member(body, name))))
  if (place === '') return texts.map((said) => ({ place: '', said }))
  const said = texts.length === 0 ? first(KINDS.map((name) => textOf(member(body, name)))) : ''
  const [last = said, ...others] = texts.toReversed()
  return [...others.toReversed().map((one) => ({ place: '', said: one })), { place, said: last }]
}

/** A list, also one that is written in a text, as zod does. */
function listOf(said: Json | undefined): readonly Json[] | undefined {
  if (isList(said)) return said
  if (!isText(said) || !said.startsWith('[')) return undefined
  try {
    const parsed = JSON.parse(said) as Json
    return isList(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/** An object that is all lists of texts by the names of arguments. One with other members may be what the API keeps. */
function ofArguments(body: JsonObject, known: KnownNames): readonly ProblemError[] {
  const members = Object.entries(body).filter(([name]) => !LISTS.includes(name))
  if (!members.every(([name, said]) => known.has(name) && (isList(said) || isObject(said))))
    return []
  return members.flatMap(([name, said]) => errorsIn(said, name, 1))
}

/** A list of errors, each a text or an object; or an object with a text, or texts, for each argument. */
function errorsIn(list: Json | undefined, place: string, depth: number): readonly ProblemError[] {
  if (depth > MAX_DEPTH) return []
  if (isList(list)) return list.flatMap((one) => errorsOf(one, place, depth))
  return isObject(list) ? errorsByName(list, place, depth) : []
}

function errorsByName(errors: JsonObject, place: string, depth: number): readonly ProblemError[] {
  const nested = NESTED.flatMap((name) => listOf(member(errors, name)) ?? []).filter(isObject)
  if (nested.length > 0) return errorsIn(nested, place, depth + 1)
  return Object.entries(errors).flatMap(([name, said]) => {
    const within = joined(place, name)
    // Deeper, a text may be the value that was rejected.
    if (isText(said)) return depth === 0 ? [{ place: within, said }] : []
    if (isList(said)) return errorsIn(said, within, depth + 1)
    return isObject(said) ? errorsOf(said, within, depth + 1) : []
  })
}

function errorsOf(error: Json, around: string, depth: number): readonly ProblemError[] {
  if (depth > MAX_DEPTH) return []
  if (!isObject(error)) return isText(error) && error !== '' ? [{ place: around, said: error }] : []
  const sources = [error, member(error, 'source')]
  const named = first(sources.flatMap((one) => PLACES.map((name) => placeOf(member(one, name)))))
  const place = joined(around, ofResource(error, named))
  const nested = NESTED.flatMap((name) => errorsIn(member(error, name), place, depth + 1))
  const texts = place === '' || nested.length > 0 ? TEXTS : [...TEXTS, ...KINDS]
  const said = first(texts.map((name) => textOf(member(error, name))))
  if (said !== '') return [{ place, said }, ...nested]
  if (nested.length > 0) return nested
  return named === '' ? errorsByName(error, place, depth + 1) : [{ place, said }]
}

/** GitHub names the thing that has the field. */
function ofResource(error: JsonObject, field: string): string {
  const resource =
    field !== '' && member(error, 'field') === field ? textOf(member(error, 'resource')) : ''
  return joined(resource, field)
}

function joined(place: string, name: string): string {
  if (place === '' || place === name) return name
  return name === '' ? place : `${place}.${name}`
}

/** A name, a pointer, or a list of names and indices. */
function placeOf(place: Json | undefined): string {
  const names = isList(place) ? place.slice(0, 10) : [place ?? null]
  return names.filter((name) => typeof name === 'string' || typeof name === 'number').join('.')
}

function first(texts: readonly string[]): string {
  return texts.find((text) => text !== '') ?? ''
}

function isText(said: Json | undefined): said is string {
  return typeof said === 'string'
}

function textOf(said: Json | undefined): string {
  return typeof said === 'string' ? said : ''
}
