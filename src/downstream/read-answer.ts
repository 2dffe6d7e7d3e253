import type { ZodType } from 'zod'
import type { CallAnswer } from './call-answer.js'
import { schemaPaths } from './schema-paths.js'

/**
 * Reads the JSON in the body of a successful answer and validates it. An answer without a body is `undefined` to the schema.
 *
 * Rejects with `downstream_failed` for anything else, and never says that the API has refused the call. None of the
 * answer's words are in the failure.
 */
export async function readAnswer<T>(
  text: string,
  answer: CallAnswer,
  schema: ZodType<T>,
): Promise<T> {
  const value = parseBody(text, answer)
  const parsed = await schema.safeParseAsync(value)
  if (parsed.success) return parsed.data
  if (value === undefined) {
    throw answer.failure('downstream_failed', {
      reason: 'no_body',
      description: 'The API answered without a body, where this tool expects one.',
      log: { problem: 'the schema of the tool wants a body: make it optional, or z.undefined()' },
    })
  }
  const paths = schemaPaths(schema, parsed.error.issues).join(', ')
  throw answer.failure('downstream_failed', {
    reason: 'unexpected_shape',
    description: 'The API answered, but not in the shape that this tool expects.',
    log: { paths, problem: `the answer does not fit the schema of the tool at: ${paths}` },
  })
}

function parseBody(text: string, answer: CallAnswer): unknown {
  if (text.trim() === '') return undefined
  const value = parseJson(text, answer)
  // The guard of the body sees bytes; escapes of JSON could hide a token from it.
  if (text.includes('\\') && answer.echo.isIn(JSON.stringify(value))) throw answer.echoed()
  return value
}

function parseJson(text: string, answer: CallAnswer): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The error's own message quotes the answer.
    throw answer.failure('downstream_failed', {
      reason: 'not_json',
      description: 'The API answered, but not with JSON, which this tool expects.',
      log: { problem: 'the answer is not JSON' },
    })
  }
}
