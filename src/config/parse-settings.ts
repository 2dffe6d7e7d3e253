import type { ConfigIssue } from './config-error.js'
import type { CONFIG_FILE, ConfigFileRead } from './config-file.js'
import type { Setting } from './setting.js'
import type { SettingsFileRead } from './settings-file-doubts.js'
import type { SETTINGS_FILE } from './settings-origin.js'
import { SETTINGS, type SettingValues } from './settings.js'
import { textIssue } from './text-issue.js'

/**
 * Environment variables by their names, as `process.env` has them. That of `readEnvironment` also carries what its `.env`
 * file has beside its values, and the configuration file.
 */
export type Environment = Readonly<Record<string, string | undefined>> & {
  readonly [SETTINGS_FILE]?: SettingsFileRead | undefined
  readonly [CONFIG_FILE]?: ConfigFileRead | undefined
}

/** The text of a variable, without space at either end; `undefined` where it is absent or empty. */
export function textOf(environment: Environment, key: string): string | undefined {
  const text = environment[key]?.trim()
  return text === undefined || text === '' ? undefined : text
}

/** Reads each setting by itself; adds to `issues` what is wrong with one. */
export function parseSettings(environment: Environment, issues: ConfigIssue[]): SettingValues {
  const entries = Object.entries<Setting<unknown>>(SETTINGS).map(([key, setting]) => {
    const { name, text } = given(environment, key, setting)
    if (text === undefined) return [key, undefined]
    const secret = setting.secret === true
    const fromFile = textOf(environment, `${key}_FILE`) !== undefined
    const slip =
      text === setting.fallback
        ? undefined
        : textIssue(text, { secret, fromFile, quotes: setting.quotes === true })
    const result = slip === undefined ? setting.schema.safeParse(text) : undefined
    if (result?.success === true) return [key, result.data]
    const messages = result?.error.issues.map(({ message }) => message)
    const hint = slip ?? [...new Set(messages)].join('; ')
    const hidden = secret || setting.file === true || mayHoldPassword(text)
    issues.push(hidden ? { key: name, hint } : { key: name, value: text, hint })
    return [key, undefined]
  })
  return Object.fromEntries(entries) as SettingValues
}

/** The text of a setting, and the name under which it was found. */
function given(
  environment: Environment,
  key: string,
  { alias, fallback }: Setting<unknown>,
): { readonly name: string; readonly text: string | undefined } {
  const other = alias === undefined ? undefined : textOf(environment, alias)
  if (alias !== undefined && other !== undefined) return { name: alias, text: other }
  const text = isOfARequest(environment, key) ? undefined : textOf(environment, key)
  return { name: key, text: text ?? fallback }
}

/** Under CGI, HTTP_PROXY is the header `Proxy` of a request (CVE-2016-5385). */
function isOfARequest(environment: Environment, key: string): boolean {
  return key === 'HTTP_PROXY' && environment['REQUEST_METHOD'] !== undefined
}

/** Whether a text may be a URL with a user name or password in it, which no error shows. */
function mayHoldPassword(text: string): boolean {
  return /(?:\/\/|^[^\s/]*:).*@/.test(text)
}
