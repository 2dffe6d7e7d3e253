import type { Log } from '../logging/log.js'
import { SETTING_NAMES } from './setting-names.js'

/** Read beside the settings: by Node's libraries, and by `npm start` of the repository. */
const OTHERS = ['NODE_ENV', 'NODE_EXTRA_CA_CERTS', 'DEV_AUTHORIZATION_SERVER_PORT', 'DEV_API_PORT']
const KNOWN: readonly string[] = [...SETTING_NAMES]
/** Anything else on the left of a `=` may be a line of a key that was pasted without quotes. */
const NAME_LIKE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/
const MAX_NAME = 64
const MAX_NAMED = 20
const MAX_EDITS = 3

/** A name that stands in `.env` and means nothing to this server. */
export interface UnknownSetting {
  /** The name itself only where it cannot be part of a secret. */
  readonly name: string
  /** The setting that was meant, as far as the spelling tells. */
  readonly nearest?: string
}

/** Finds the names that are no settings, of 20 at most. Meant for those of the file alone: a process has many more. */
export function unknownSettings(names: readonly string[]): readonly UnknownSetting[] {
  return names
    .filter((name) => !KNOWN.includes(name) && !OTHERS.includes(name))
    .slice(0, MAX_NAMED)
    .map((name) => {
      const nearest = nearestTo(name)
      if (nearest !== undefined) return { name, nearest }
      return { name: NAME_LIKE.test(name) && name.length <= MAX_NAME ? name : '(no name)' }
    })
}

/** Logs each name in `.env` that is no setting, so that a misspelt one does not go unnoticed. */
export function warnOfUnknownSettings(names: readonly string[], log: Log): void {
  for (const { name, nearest } of unknownSettings(names)) {
    log.event('warn', 'unknown_setting', { name, nearest })
  }
}

function nearestTo(name: string): string | undefined {
  if (name.length > MAX_NAME) return undefined
  const most = Math.min(MAX_EDITS, Math.floor(name.length / 3))
  const [nearest] = KNOWN.map((known) => [known, edits(name.toUpperCase(), known)] as const)
    .filter(([, distance]) => distance <= most)
    .sort(([, a], [, b]) => a - b)
  return nearest?.[0]
}

/** The least number of characters to insert, remove or replace (Levenshtein). */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [line, letter] of Array.from(from).entries()) {
    const next = [line + 1]
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
