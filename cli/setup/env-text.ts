import { parseEnv } from 'node:util'

/**
 * Writes settings as the text of a `.env` file; throws a `TypeError` for values that no such file can hold.
 *
 * Read back by Node's own parser to the same values before it is returned.
 */
export function envText(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${quoted(value)}`)
  const text = `# Written by mcp-on-behalf-of setup. What each setting means: .env.example\n${lines.join('\n')}\n`
  const readBack = parseEnv(text)
  const lost = Object.keys(settings).filter((key) => readBack[key] !== settings[key])
  if (lost.length > 0) throw new TypeError(`${lost.join(', ')} cannot stand in a .env file`)
  return text
}

function quoted(value: string): string {
  if (/^[\w./:@+-]*$/.test(value)) return value
  return value.includes("'") ? `"${value}"` : `'${value}'`
}
