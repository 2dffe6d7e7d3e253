import { OnBehalfOfError } from '../failures/errors.js'
import { argumentLines } from './argument-lines.js'
import { argumentTree } from './argument-tree.js'
import { shownText } from './shown-text.js'

/** What the user is asked about. */
export interface QuestionedCall {
  readonly tool: string
  readonly title?: string | undefined
  /** The operation of the API, where it is known: `DELETE /bookings/{bookingId}`. */
  readonly operation?: string | undefined
  /** Why a policy has the user asked, in its words. */
  readonly reason?: string | undefined
  /** As JSON has them. */
  readonly args: Readonly<Record<string, unknown>>
  /** JSON Schema of the arguments, whose order the question has. Default: the order in which they were sent. */
  readonly schema?: Readonly<Record<string, unknown>> | undefined
}

const MAX_NAME = 120
const MAX_REASON = 300

/**
 * The question before a call: the tool, the operation, and the arguments (`argumentLines`). Says of everything that does not fit that it
 * is not shown. Throws `invalid_argument` where not even the names of the arguments fit.
 *
 * What a model chose cannot be Markdown, a link or a line of the question (`shownText`), and cannot take the place of another argument.
 */
export function questionOf(call: QuestionedCall): string {
  const { tool, title, operation, reason, args, schema } = call
  const named = title === undefined || title === tool ? '' : ` (${shownText(title, MAX_NAME)})`
  const lines = argumentLines(argumentTree(args, schema))
  if (lines === undefined) throw tooManyToShow()
  return [
    'Allow this call in your name?',
    '',
    `- Tool: ${shownText(tool, MAX_NAME)}${named}`,
    ...(operation === undefined ? [] : [`- Operation: ${shownText(operation, 2 * MAX_NAME)}`]),
    ...(reason === undefined ? [] : [`- Why you are asked: ${shownText(reason, MAX_REASON)}`]),
    ...(lines.length === 0 ? ['- No arguments'] : lines),
  ].join('\n')
}

function tooManyToShow(): OnBehalfOfError {
  return new OnBehalfOfError('invalid_argument', {
    reason: 'not_all_shown',
    description:
      'The user has to read what is called before they allow it, and this call has too many arguments to show: 40 at the most, the members of objects included, with names of 120 characters at the most. Nothing was called. Send fewer, in several calls if need be.',
  })
}
