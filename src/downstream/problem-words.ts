import type { Json } from '../openapi/json.js'
import { plainWords, type KnownNames } from './plain-words.js'
import { problemErrors, type ProblemError } from './problem-errors.js'

/** Of one text of the API, in characters. */
const MAX_TEXT = 300
/** Of the name of an argument. */
const MAX_PLACE = 120
/** Errors about single arguments. */
const MAX_ERRORS = 8
/** Of all of it. */
const MAX_WORDS = 1_000

/**
 * Writes what an API says about a call that it did not accept: one bounded line, without quotation marks, control characters and
 * anything that looks like a token. Names of arguments stay, those of `known` however they look. `undefined` where it says nothing
 * that is known how to read. `problemErrors` has what is read.
 */
export function problemWords(problem: Json, known: KnownNames): string | undefined {
  const { whole, single } = problemErrors(problem, known)
  const lines = (errors: readonly ProblemError[]) =>
    errors.map((error) => lineOf(error, known)).filter((line) => line !== '')
  const shown = lines(single.slice(0, MAX_ERRORS))
  const more = Math.max(single.length - MAX_ERRORS, 0)
  const parts = [...new Set([...lines(whole), ...shown])]
  const words = [...parts, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
  if (words === '') return undefined
  return words.length > MAX_WORDS ? `${words.slice(0, MAX_WORDS).toWellFormed()}…` : words
}

function lineOf(error: ProblemError, known: KnownNames): string {
  const place = plainWords(error.place, MAX_PLACE, known)
  const said = plainWords(error.said, MAX_TEXT, known)
  return place === '' || said === '' ? `${place}${said}` : `${place}: ${said}`
}
