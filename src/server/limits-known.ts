import { ConfigError } from '../config/config-error.js'
import type { HttpConfig } from '../config/http-config.js'
import { nearestName } from '../options/nearest-name.js'

/** Throws a `ConfigError` where `TOOL_LIMITS` names no tool of this server: a limit with a misspelt name would limit nothing. */
export function assertLimitsKnown(
  { http }: Pick<HttpConfig, 'http'>,
  tools: readonly { readonly name: string }[],
): void {
  const names = tools.map(({ name }) => name)
  const unknown = Object.keys(http.toolLimits).filter((key) => key !== '*' && !names.includes(key))
  if (unknown.length === 0) return
  const [first = ''] = unknown
  const near = nearestName(first, names)
  const meant = near === undefined ? '' : `. Did you mean ${near}?`
  const hint = `names no tool of this server: ${unknown.join(', ')}${meant}`
  throw new ConfigError([{ key: 'TOOL_LIMITS', hint }])
}
