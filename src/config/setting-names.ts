import type { Setting } from './setting.js'
import { OUTGOING_SETTINGS } from './outgoing-settings.js'
import { SETTINGS } from './settings.js'

/** The settings whose value may come from a file, named by the setting with `_FILE` behind it. */
export const FILE_SETTINGS: readonly string[] = Object.entries<Setting<unknown>>(SETTINGS)
  .filter(([, { secret, file }]) => secret === true || file === true)
  .map(([name]) => name)

/** Every name that means something to this server, in a `.env` file and in the environment. */
export const SETTING_NAMES: ReadonlySet<string> = namesOf(SETTINGS)

/** Those that say how other servers are reached. */
export const OUTGOING_NAMES: ReadonlySet<string> = new Set([
  ...namesOf(OUTGOING_SETTINGS),
  'REQUEST_METHOD',
])

function namesOf(settings: Readonly<Record<string, Setting<unknown>>>): ReadonlySet<string> {
  return new Set([
    ...Object.keys(settings),
    ...FILE_SETTINGS.filter((name) => name in settings).map((name) => `${name}_FILE`),
    ...Object.values(settings).flatMap(({ alias }) => alias ?? []),
  ])
}
