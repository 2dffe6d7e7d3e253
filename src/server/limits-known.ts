import { ConfigError } from '../config/config-error.js'
import type { HttpConfig } from '../config/http-config.js'
import type { ToolRequirements } from '../tools/tool.js'
import { nearestName } from '../options/nearest-name.js'

/** Throws a `ConfigError` where `TOOL_LIMITS` names no tool of this server: a limit with a misspelt name would limit nothing. */
export function assertLimitsKnown(
  { http }: Pick<HttpConfig, 'http'>,
  tools: readonly Pick<ToolRequirements, 'name' | 'callsTools'>[],
): void {
  const names = tools.map(({ name }) => name)
  const unknown = Object.keys(http.toolLimits).filter((key) => key !== '*' && !names.includes(key))
  const calling = tools.filter(
    ({ name, callsTools }) => callsTools && Object.hasOwn(http.toolLimits, name),
  )
  if (calling.length > 0) throw limitsNoCall(calling)
  if (unknown.length === 0) return
  const [first = ''] = unknown
  const near = nearestName(first, names)
  const meant = near === undefined ? '' : `. Did you mean ${near}?`
  const hint = `names no tool of this server: ${unknown.join(', ')}${meant}`
  throw new ConfigError([{ key: 'TOOL_LIMITS', hint }])
}

/** A call through another tool counts as a call of its own tool. */
function limitsNoCall(calling: readonly { readonly name: string }[]): ConfigError {
  const names = calling.map(({ name }) => name).join(', ')
  const hint = `names ${names}, through which operations are called: each call counts for its operation. Limit operations by their names, or all of them by *`
  return new ConfigError([{ key: 'TOOL_LIMITS', hint }])
}
