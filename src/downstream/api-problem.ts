import { asOnBehalfOfError } from '../failures/errors.js'
import type { Json } from '../openapi/json.js'
import type { CallAnswer } from './call-answer.js'
import { readGuarded } from './guard-body.js'
import type { KnownNames } from './plain-words.js'
import { problemWords } from './problem-words.js'

/** A problem that is longer says more than a model can use. */
const MAX_BYTES = 16 * 1024
/** The call was not accepted, and the API can say what is wrong with the arguments. */
const WITH_PROBLEM: ReadonlySet<number> = new Set([400, 409, 422])
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i

/**
 * Reads what an API says of a call that it did not accept, from the JSON body of a 400, 409 or 422, as `problemWords` writes it. `known`
 * has the names of the arguments.
 *
 * `undefined` where it says nothing, in another form, or more than 16 KiB. Rejects with `cancelled`, and with `downstream_failed`
 * where the answer holds the token that the API was sent.
 */
export async function apiProblem(
  answer: CallAnswer,
  known: KnownNames,
): Promise<string | undefined> {
  const { status, headers } = answer.response
  if (!WITH_PROBLEM.has(status) || !JSON_TYPE.test(headers.get('content-type') ?? '')) {
    return undefined
  }
  const text = await readGuarded(answer, MAX_BYTES).catch((thrown: unknown) => {
    const { code, details } = asOnBehalfOfError(thrown)
    if (code === 'cancelled' || details.reason === 'token_echoed') throw thrown
    return ''
  })
  return problemWords(jsonOf(text), known)
}

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return null
  }
}
