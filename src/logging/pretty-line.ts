import { UNPRINTABLE } from './unprintable.js'

const LEVELS: Readonly<Record<string, { readonly name: string; readonly color: number }>> = {
  debug: { name: 'DEBUG', color: 2 },
  info: { name: 'INFO ', color: 32 },
  warn: { name: 'WARN ', color: 33 },
  error: { name: 'ERROR', color: 31 },
}

/** In every line, and of no interest at a terminal. */
const LEFT_OUT = new Set(['level', 'time', 'event', 'service', 'version'])

/** A text that needs no quotation marks. */
const PLAIN = /^[\w./:@+,[\]-]+$/

/**
 * A log line of JSON, for a person at a terminal: time of day (UTC), level, event, then the fields. Nothing that somebody else sent
 * reaches the terminal as a control character. What is no JSON object stays as it is.
 */
export function prettyLine(line: string, colored: boolean): string {
  const fields = fieldsOf(line)
  if (fields === undefined) return line
  const { time, level, event } = fields
  const painted = (text: string, color: number): string =>
    colored ? `\u001b[${color}m${text}\u001b[0m` : text
  const known = LEVELS[String(level)] ?? { name: shown(level), color: 0 }
  const rest = Object.entries(fields)
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, value]) => `${painted(`${shown(name)}=`, 2)}${shown(value)}`)
  const head = [String(time).slice(11, 23), painted(known.name, known.color), shown(event)]
  return `${[...head, ...rest].join(' ')}\n`
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function shown(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value)) return value
  const text = JSON.stringify(value)
  return text.replace(UNPRINTABLE, (sign) =>
    Array.from({ length: sign.length }, (_, at) => escaped(sign.charCodeAt(at))).join(''),
  )
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
