import { OnBehalfOfError, type FailureReason } from '../failures/errors.js'
import { scrub } from '../logging/scrub.js'
import { isPlainSegment } from './plain-segment.js'

/** What takes the place of a name in a path template. */
export type PathValue = string | number

/** The values of a path template, by the names in it. */
export type PathValues = Readonly<Record<string, PathValue | StyledPathValue>>

/**
 * A value of several parts, as OpenAPI's path styles put them together: `a,b`, `.a.b`, `;color=a`.
 *
 * The delimiters come from the description of the API, and are not encoded. Each part is: it has to be plain by
 * itself.
 */
export class StyledPathValue {
  readonly pieces: readonly StyledPiece[]

  constructor(pieces: readonly StyledPiece[]) {
    this.pieces = pieces
  }
}

/** A delimiter, or a part of the value. */
export type StyledPiece = { readonly delimiter: ',' | '.' | ';' | '=' } | { readonly part: string }

/** A text that stands as it is, or the name of a value. */
type Part = { readonly literal: string } | { readonly name: string }

// RFC 3986 §3.3 `pchar` but for ";", and what is not ASCII, which is encoded.
const LITERAL = /^(?:[\w\-.~!$&'()*+,=:@]|%[\da-f]{2}|[^\p{ASCII}\p{Cs}])*$/iu
const TEMPLATE_HINT =
  'the path as a template, such as "/projects/{projectId}", and give its values as params'
const NAME = /^[a-z_][\w.-]*$/i

/**
 * A path of an API with names for its values, such as `/projects/{projectId}/members`. Made by `parsePathTemplate`.
 *
 * @category Calling the API
 */
export class PathTemplate {
  /** As it was written. */
  readonly text: string
  /** The names in it, each once, in their order. */
  readonly names: readonly string[]
  readonly #segments: readonly (readonly Part[])[]
  /** The path itself, where no value goes into it. */
  readonly #whole: string | undefined

  /** Use `parsePathTemplate`, which checks what it is given. */
  constructor(text: string, segments: readonly (readonly Part[])[]) {
    this.text = text
    this.#segments = segments
    const names = segments.flat().flatMap((part) => ('name' in part ? [part.name] : []))
    this.names = [...new Set(names)]
    this.#whole = names.length === 0 ? this.#joined({}) : undefined
  }

  /**
   * Returns the path with each value encoded in place of its name, without a leading slash. It has exactly the
   * segments of the template, also for a server that decodes or normalises it.
   *
   * Throws `invalid_argument` for a value that is not one plain part of a segment, and `misconfigured` for missing,
   * superfluous or mistyped values.
   */
  fill(values: PathValues = {}): string {
    if (this.#whole !== undefined && Object.keys(values).length === 0) return this.#whole
    const missing = this.names.filter((name) => !Object.hasOwn(values, name))
    const surplus = Object.keys(values).filter((name) => !this.names.includes(name))
    if (missing.length > 0 || surplus.length > 0) {
      throw pathFault('path_params', this.text, {
        problem: 'the names of the path and those of params are not the same',
        missing: scrub(missing.join(' '), 200),
        surplus: scrub(surplus.join(' '), 200),
      })
    }
    return this.#joined(values)
  }

  #joined(values: PathValues): string {
    return this.#segments.map((parts) => this.#segment(parts, values)).join('/')
  }

  #segment(parts: readonly Part[], values: PathValues): string {
    const names = parts.flatMap((part) => ('name' in part ? [part.name] : []))
    const segment = parts
      .map((part) => ('name' in part ? this.#encoded(part.name, values[part.name]) : part.literal))
      .join('')
    // Plain parts may join into something that is not: a dot after a dot.
    const isPlain = names.some((name) => values[name] instanceof StyledPathValue)
      ? isPlainSegment(segment.replaceAll(';', ''))
      : isPlainSegment(segment)
    if (names.length > 0 && !isPlain) throw invalidValue(names.join('" and "'))
    return segment
  }

  #encoded(name: string, value: unknown): string {
    if (value instanceof StyledPathValue) {
      return value.pieces
        .map((piece) => ('part' in piece ? this.#encoded(name, piece.part) : piece.delimiter))
        .join('')
    }
    const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value
    if (typeof text !== 'string') {
      throw pathFault('path_param_type', this.text, {
        problem: `params.${name} is neither a string nor a finite number`,
      })
    }
    if (!isPlainSegment(text)) throw invalidValue(name)
    return encodeURIComponent(text)
  }
}

/**
 * Parses a path template; throws `misconfigured` for anything but a plain path below the API's base. Its `cause` says what
 * to change.
 *
 * The last segment may be empty. Refuses other empty segments, dot segments in any encoding, queries, fragments and
 * path parameters (`;`). Names stand in braces and may be part of a segment: `/files/{name}.json`.
 *
 * @category Calling the API
 */
export function parsePathTemplate(text: string): PathTemplate {
  try {
    return parseTemplate(text)
  } catch (error) {
    throw error instanceof OnBehalfOfError ? withCause(error) : error
  }
}

/** The same for a path of a call: its failure is logged, and has no cause. */
export function parseTemplate(text: string): PathTemplate {
  assertPath(text)
  const segments = text.replace(/^\//, '').split('/')
  return new PathTemplate(
    text,
    segments.map((segment, index) => {
      if (segment !== '') return parseSegment(segment, text)
      if (index === segments.length - 1) return []
      throw pathFault('path_empty_segment', text, { problem: 'a segment of the path is empty' })
    }),
  )
}

/** For a path whose values may have been put in by hand: an empty one shows at its end. */
export function assertPlainPath(text: string): void {
  if (typeof text === 'string' && /(?:^|\/)$/.test(text)) {
    const problem = 'the path ends with an empty segment; give params, {} where there are none'
    throw pathFault('path_empty_segment', text, { problem })
  }
}

function assertPath(text: unknown): asserts text is string {
  if (typeof text !== 'string') {
    throw pathFault('path_character', '', { problem: 'the path is no text' })
  }
  if (/[?#]/.test(text)) {
    const problem = 'the path has a query or a fragment; a query goes into "query"'
    throw pathFault('path_query', text, { problem })
  }
  if (/^[a-z][a-z\d+.-]*:/i.test(text)) {
    throw pathFault('path_outside_api', text, { problem: 'the path begins with a scheme' })
  }
}

function parseSegment(segment: string, text: string): readonly Part[] {
  // Split at what stands in braces: texts at even places, names at odd ones.
  const parts = segment.split(/\{([^{}]*)\}/).map((part, index): Part => {
    if (index % 2 === 0) return { literal: parseLiteral(part, text) }
    if (NAME.test(part)) return { name: part }
    throw pathFault('path_template', text, { problem: 'a name in braces is none' })
  })
  if (!isPlainSegment(segment)) {
    const problem = 'the path has a dot segment, or one that can be read as several'
    throw pathFault('path_dot_segment', text, { problem })
  }
  return parts
}

function parseLiteral(literal: string, text: string): string {
  if (/[{}]/.test(literal)) throw pathFault('path_template', text, { problem: 'a brace is alone' })
  if (!LITERAL.test(literal)) {
    throw pathFault('path_character', text, {
      problem: 'the path has a character that it must not',
    })
  }
  return literal.replace(/[^\p{ASCII}]+/gu, (part) => encodeURIComponent(part))
}

/** The message of our error is for clients: the program's author reads the cause. It quotes as little as the log. */
function withCause({ code, details }: OnBehalfOfError): OnBehalfOfError {
  const problem = `parsePathTemplate() was given an unusable path: ${String(details.log?.['problem'])}`
  const cause = new TypeError(`${problem}. Write ${TEMPLATE_HINT}.`)
  return new OnBehalfOfError(code, { ...details, cause })
}

/** Only the names of a template go into the log: a path that is none may hold the values of a call. */
function pathFault(
  reason: FailureReason<'handler'>,
  text: string,
  log: Readonly<Record<string, unknown>>,
): OnBehalfOfError {
  const names = [...text.matchAll(/\{([a-z_][\w.-]{0,40})\}/gi)].map(([, name]) => name)
  const hint = `write ${TEMPLATE_HINT}`
  return new OnBehalfOfError('misconfigured', {
    reason,
    log: { ...log, names: names.length === 0 ? undefined : names.slice(0, 10).join(' '), hint },
  })
}

function invalidValue(name: string): OnBehalfOfError {
  return new OnBehalfOfError('invalid_argument', {
    reason: 'path_value',
    description: `The API was not called: "${name}" cannot stand in the path of an address. It must not be empty or made of dots, and must not hold a slash, a backslash, "?", "#", ";" or a control character, in any encoding. Correct the argument.`,
    log: { param: name },
  })
}
