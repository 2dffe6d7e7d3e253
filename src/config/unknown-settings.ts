import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { nearestName } from '../options/nearest-name.js'
import { SETTING_NAMES } from './setting-names.js'

/** Read beside the settings: by Node's libraries, and by `npm start` of the repository. */
const OTHERS = [
  'NODE_ENV',
  'NODE_EXTRA_CA_CERTS',
  'DEV_AUTHORIZATION_SERVER_PORT',
  'DEV_API_PORT',
  'DEV_DIRECTORY',
]
const KNOWN: readonly string[] = [...SETTING_NAMES]
/** Anything else on the left of a `=` may be a line of a key that was pasted without quotes. */
const NAME_LIKE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/
const MAX_NAME = 64
const MAX_NAMED = 20

/** A name that stands in `.env` and means nothing to this server. */
export interface UnknownSetting {
  /** The name itself only where it cannot be part of a secret. */
  readonly name: string
  /** The setting that was meant, as far as the spelling tells. */
  readonly nearest?: string | undefined
}

/** Finds the names that are no settings, of 20 at most. Meant for those of the file alone: a process has many more. */
export function unknownSettings(names: readonly string[]): readonly UnknownSetting[] {
  return names
    .filter((name) => !isKnown(name))
    .slice(0, MAX_NAMED)
    .map((name) => {
      const nearest = nearestName(name, KNOWN)
      if (nearest !== undefined) return { name, nearest }
      return { name: NAME_LIKE.test(name) && name.length <= MAX_NAME ? name : '(no name)' }
    })
}

/** A name that is no setting, and looks like one. */
export interface NearMiss {
  readonly name: string
  readonly nearest: string
}

/** Finds among `names` those that are no settings and look like one of `wanted`, or like the file of one. */
export function nearMisses(
  names: readonly string[],
  wanted: readonly string[],
): readonly NearMiss[] {
  const meant = new Set(wanted.flatMap((name) => [name, `${name}_FILE`]))
  return names.flatMap((name) => {
    const nearest = isKnown(name) ? undefined : nearestName(name, KNOWN)
    return nearest !== undefined && meant.has(nearest) ? [{ name, nearest }] : []
  })
}

function isKnown(name: string): boolean {
  return KNOWN.includes(name) || OTHERS.includes(name)
}

/** Logs each name in `.env` that is no setting, so that a misspelt one does not go unnoticed. */
export function warnOfUnknownSettings(names: readonly string[], log: Logger): void {
  for (const { name, nearest } of unknownSettings(names)) {
    logEvent(log, 'warn', { event: 'unknown_setting', name, nearest })
  }
}
