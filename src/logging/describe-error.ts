import { withoutUndefined } from '../options/without-undefined.js'
import { OnBehalfOfError } from '../failures/errors.js'
import { ownText } from '../failures/failure-text.js'
import { scrub } from './scrub.js'

const MAX_CAUSES = 5
const MAX_DEPTH = 10
const MAX_OF_AGGREGATE = 3
// Words in one case, with underscores between them: UNABLE_TO_VERIFY_LEAF_SIGNATURE, ERR_SSL_TLSV1_ALERT_UNKNOWN_CA.
// A token mixes cases and digits, and has no such short words.
const ERROR_CODE =
  /^(?:[A-Z]{1,16}\d{0,3}[A-Z]{0,4}|[a-z]{1,16})(?:_(?:[A-Z]{1,16}\d{0,3}[A-Z]{0,4}|[a-z]{1,16}))*$/
const MAX_CODE_LENGTH = 80

/**
 * Turns an error into fields that are safe to log: names, codes, scrubbed and bounded messages, own stack. Each of its
 * causes is one text.
 *
 * Never copies other members: libraries hang whole requests, responses and bodies on their errors. The message of a
 * `SyntaxError` is left out, for it quotes the text that could not be parsed.
 */
export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  const causes = causesOf(error)
  const hasOwnStack = error instanceof Error && !(error instanceof OnBehalfOfError)
  return withoutUndefined({
    ...outline(error),
    causes: causes.length === 0 ? undefined : causes.map(outlineText),
    stack: hasOwnStack ? scrub(stackOf(error).replaceAll('\n', ' | '), 2_000) : undefined,
  })
}

/**
 * Says in one bounded line what lies at the bottom of an error: the innermost cause's message, with its code, host and
 * port where the message does not have them. Of an `AggregateError` without causes of its own, the first three.
 *
 * Gives `undefined` where nothing lies below, and for a `SyntaxError` its name alone.
 */
export function innermostCause(error: unknown): string | undefined {
  let level = causeOf(error)
  if (level === undefined) return undefined
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const next = causeOf(level)
    if (next === undefined) break
    level = next
  }
  const several = partsOf(level).map((part) => innermostCause(part) ?? summary(part))
  return [...new Set(several.length === 0 ? [summary(level)] : several)].join('; ').slice(0, 500)
}

/** A code of Node, OpenSSL or a library, if it looks like one; else whatever `scrub` leaves of it. */
export function errorCode(code: unknown): string | undefined {
  if (typeof code === 'number') return `${code}`
  if (typeof code !== 'string') return undefined
  const looksLikeOne = code.length <= MAX_CODE_LENGTH && ERROR_CODE.test(code)
  return looksLikeOne ? code : scrub(code, MAX_CODE_LENGTH)
}

/** What lies below an error, the nearest first: its causes, and the parts of aggregates among them. */
function causesOf(error: unknown): readonly unknown[] {
  const found: unknown[] = []
  let level: readonly unknown[] = below(error)
  while (level.length > 0 && found.length < MAX_CAUSES) {
    found.push(...level.slice(0, MAX_CAUSES - found.length))
    level = level.flatMap(below).slice(0, MAX_CAUSES)
  }
  return found
}

function below(error: unknown): readonly unknown[] {
  const cause = causeOf(error)
  return [...(cause === undefined ? [] : [cause]), ...partsOf(error)]
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

function partsOf(error: unknown): readonly unknown[] {
  if (!(error instanceof AggregateError) || !Array.isArray(error.errors)) return []
  return error.errors.slice(0, MAX_OF_AGGREGATE)
}

function outline(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = errorCode((error as { code?: unknown }).code)
  const { reason, status } = error instanceof OnBehalfOfError ? error.details : {}
  return withoutUndefined({
    name: scrub(error.name, 80),
    code,
    reason,
    status,
    message: quotesForeignText(error) ? undefined : scrub(messageOf(error), 300),
  })
}

/** As one text: `console` shows no objects below a list. */
function outlineText(error: unknown): string {
  const { message, ...rest } = outline(error)
  const names = Object.values(rest).join(' ')
  return typeof message === 'string' && message !== '' ? `${names}: ${message}` : names
}

function summary(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  if (quotesForeignText(error)) return 'SyntaxError'
  const { code, address, hostname, host, port } = error as NodeJS.ErrnoException & Location
  const where = [address, hostname, host].find((name) => typeof name === 'string')
  const message = scrub(messageOf(error), 300) ?? ''
  const said = errorCode(code)
  const extras = [
    ...(said === undefined ? [] : [said]),
    ...(typeof where === 'string' ? [scrub(`${where}${portOf(port)}`, 200) ?? ''] : []),
  ].filter((extra) => !message.includes(extra))
  const name = message === '' ? (scrub(error.name, 80) ?? '') : message
  return extras.length === 0 ? name : `${name} (${extras.join(', ')})`
}

/** What Node and undici hang on the errors of sockets and look-ups. */
interface Location {
  readonly address?: unknown
  readonly hostname?: unknown
  readonly host?: unknown
  readonly port?: unknown
}

function portOf(port: unknown): string {
  return typeof port === 'number' || typeof port === 'string' ? `:${port}` : ''
}

/** Without what an API says: that is for the model. */
function messageOf(error: Error): string {
  return error instanceof OnBehalfOfError ? ownText(error.code, error.details) : error.message
}

/** V8 quotes what it could not parse in the message. */
function quotesForeignText(error: Error): boolean {
  return error instanceof SyntaxError || error.name === 'SyntaxError'
}

function stackOf(error: Error): string {
  const { stack = '', name, message } = error
  if (!quotesForeignText(error)) return stack
  const at = stack.indexOf(message)
  return at < 0 ? name : `${name}${stack.slice(at + message.length)}`
}
