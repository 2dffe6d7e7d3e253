import type { Config } from '../config/config.js'
import { warnOfSettingsFile } from '../config/settings-file-doubts.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import type { WithheldTool } from '../tools/offered-tools.js'
import { warnOfScopesOfNoTool } from '../tools/scopes-of-no-tool.js'
import type { ToolRequirements } from '../tools/tool.js'

/** What a server is made of, as far as settings can miss it. */
export interface StartedTools {
  /** All of them, those that are not offered included. */
  readonly tools: readonly ToolRequirements[]
  readonly withheld: readonly WithheldTool[]
}

/** Logs, once at the start, settings that are no issue and surely not meant. */
export function warnAtStart(config: Config, { tools, withheld }: StartedTools, log: Logger): void {
  warnOfSettingsFile(config.settingsFile, log)
  reportIgnoredScopes(config.exchange.ignoredScopes, log)
  for (const { name: tool, missing } of withheld) {
    logEvent(log, 'warn', {
      event: 'tool_not_offered',
      tool,
      missing,
      hint: `The tool ${tool} is not offered: MCP_AUTH0_EXCHANGE_SCOPE lacks ${missing.join(' ')}, which it needs at the API. Add it there, or remove the setting.`,
    })
  }
  const { baselineScopes } = config.resource
  const { scopeHierarchy } = config.access
  const origins = { baselineScopes: 'MCP_BASELINE_SCOPES', scopeHierarchy: 'SCOPE_HIERARCHY' }
  warnOfScopesOfNoTool({ baselineScopes, scopeHierarchy }, { tools, origins }, log)
}

function reportIgnoredScopes(ignored: readonly string[], log: Logger): void {
  if (ignored.length === 0) return
  logEvent(log, 'warn', {
    event: 'exchange_scopes_ignored',
    ignored,
    hint: `Remove ${ignored.join(' ')} from MCP_AUTH0_EXCHANGE_SCOPE: these belong to a sign-in. An exchange has no refresh token and no id token to give.`,
  })
}
