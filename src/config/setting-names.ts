import type { Setting } from './setting.js'
import { SETTINGS } from './settings.js'

/** The settings whose value may come from a file, named by the setting with `_FILE` behind it. */
export const FILE_SETTINGS: readonly string[] = Object.entries<Setting<unknown>>(SETTINGS)
  .filter(([, { secret, file }]) => secret === true || file === true)
  .map(([name]) => name)

/** Every name that means something to this server, in a `.env` file and in the environment. */
export const SETTING_NAMES: ReadonlySet<string> = new Set([
  ...Object.keys(SETTINGS),
  ...FILE_SETTINGS.map((name) => `${name}_FILE`),
  ...Object.values<Setting<unknown>>(SETTINGS).flatMap(({ alias }) => alias ?? []),
])
