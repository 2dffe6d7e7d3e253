import type { Config } from '../config/config.js'
import { ConfigError } from '../config/config-error.js'
import { publicToolIssues } from '../tools/public-tools.js'
import type { ToolRequirements } from '../tools/tool.js'

/** Throws a `ConfigError` where `PUBLIC_TOOLS` names what is no tool of this server, or a tool that cannot do without a user. */
export function assertPublicToolsKnown(
  { access }: Pick<Config, 'access'>,
  tools: readonly ToolRequirements[],
): void {
  const issues = publicToolIssues(access.publicTools, tools)
  if (issues.length === 0) return
  throw new ConfigError(issues.map(({ message: hint }) => ({ key: 'PUBLIC_TOOLS', hint })))
}
