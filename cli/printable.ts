import { UNPRINTABLE } from '../src/logging/unprintable.js'

const MAX_LENGTH = 300

/** Makes a foreign value fit for a terminal: one line, bounded, nothing that steers. */
export function printable(value: unknown): string {
  const text =
    typeof value === 'string' ? value : value === undefined ? 'none' : JSON.stringify(value)
  const line = text.slice(0, MAX_LENGTH * 2).replace(UNPRINTABLE, '?')
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH)}…`
}
