import { parseSettingsText } from '../../src/config/settings-text.js'
import { SETTING_NAMES } from '../../src/config/setting-names.js'

/**
 * Writes settings as the text of a `.env` file; throws a `TypeError` for values that no such file can hold.
 *
 * Read back as the server reads it, to the same values, before it is returned. Quotes stand only where a value needs
 * them: `docker run --env-file` takes them for a part of it.
 */
export function envText(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${quoted(value)}`)
  const text = `# Written by mcp-on-behalf-of setup. What each setting means: .env.example\n${lines.join('\n')}\n`
  const { values: readBack, issues } = parseSettingsText(text, SETTING_NAMES)
  const lost = Object.keys(settings).filter(
    (key) => readBack[key] !== settings[key] || issues.some((issue) => issue.key === key),
  )
  if (lost.length > 0) throw new TypeError(`${lost.join(', ')} cannot stand in a .env file`)
  return text
}

function quoted(value: string): string {
  if (/^(?:[\w./:@+,=~*|-]+(?: [\w./:@+,=~*|-]+)*)?$/.test(value)) return value
  return value.includes("'") ? `"${value}"` : `'${value}'`
}
