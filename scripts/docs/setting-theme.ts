import type { Setting } from '../../src/config/setting.js'
import { isUnconfigured } from '../../src/config/config.js'
import { wrapped } from './wrapped.js'

/** Describes the settings of one theme, one a section, in the order in which they are declared. */
export function settingTheme(settings: Readonly<Record<string, Setting<unknown>>>): string {
  return Object.entries(settings)
    .map(
      ([name, setting]) =>
        `### ${name}\n\n${wrapped(setting.description)}\n\n${facts(name, setting)}`,
    )
    .join('\n\n')
}

function facts(name: string, setting: Setting<unknown>): string {
  const { fallback, example, secret, file } = setting
  return [
    `- Default: ${defaultOf(setting)}`,
    // A default says by itself what a value looks like.
    ...(example === fallback ? [] : [`- Example: \`${example}\``]),
    ...(secret === true
      ? [`- Secret: never shown. \`${name}_FILE\` names a file that holds it`]
      : []),
    ...(file === true ? [`- \`${name}_FILE\` names a file that holds them`] : []),
    ...(identifies(name) ? ['- Setting it ends the development set-up of `npm start`'] : []),
  ].join('\n')
}

function defaultOf({ fallback, absent = 'none' }: Setting<unknown>): string {
  if (fallback === undefined) return absent
  return fallback === '' ? 'empty' : `\`${fallback}\``
}

/** Whether a setting makes a deployment: with one of them set, the development set-up does not start. */
export function identifies(name: string): boolean {
  return !isUnconfigured({ [name]: 'set' })
}
