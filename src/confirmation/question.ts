import { shownText, shownValue } from './shown-text.js'

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
}

const MAX_LINES = 40
const MAX_DEPTH = 8
const MAX_NAME = 120
const MAX_VALUE = 300

/**
 * The question before a call: the tool, the operation, and each argument on a line of its own. Says of everything that does not fit
 * that it is not shown.
 *
 * What a model chose cannot be Markdown, a link or a line of the question: see `shownValue`.
 */
export function questionOf({ tool, title, operation, reason, args }: QuestionedCall): string {
  const named = title === undefined || title === tool ? '' : ` (${shownText(title, MAX_NAME)})`
  const lines = [...linesOf('', args, 0)]
  const shown = lines.slice(0, MAX_LINES)
  const more = lines.length - shown.length
  return [
    'Allow this call in your name?',
    '',
    `- Tool: ${shownText(tool, MAX_NAME)}${named}`,
    ...(operation === undefined ? [] : [`- Operation: ${shownText(operation, 2 * MAX_NAME)}`]),
    ...(reason === undefined ? [] : [`- Why you are asked: ${shownText(reason, MAX_VALUE)}`]),
    ...(lines.length === 0 ? ['- No arguments'] : shown),
    ...(more > 0 ? [`- … and ${more} more values that are not shown`] : []),
  ].join('\n')
}

/** A line for each value that is no object and no list, and for what is empty or too deep. */
function* linesOf(path: string, value: unknown, depth: number): Generator<string> {
  const members = depth < MAX_DEPTH ? membersOf(path, value) : []
  if (members.length === 0 && depth > 0) {
    yield `- ${shownText(path, MAX_NAME)}: ${shownValue(value, MAX_VALUE)}`
  }
  for (const [name, member] of members) yield* linesOf(name, member, depth + 1)
}

function membersOf(path: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.map((member, index) => [`${path}[${index}]`, member])
  const prefix = path === '' ? '' : `${path}.`
  return Object.entries(value).map(([name, member]) => [`${prefix}${name}`, member])
}
