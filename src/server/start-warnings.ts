import type { Config } from '../config/config.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { isIdentityScope } from '../scopes.js'
import type { WithheldTool } from '../tools/offered-tools.js'
import type { ToolRequirements } from '../tools/tool.js'

/** What a server is made of, as far as settings can miss it. */
export interface StartedTools {
  /** All of them, those that are not offered included. */
  readonly tools: readonly ToolRequirements[]
  readonly withheld: readonly WithheldTool[]
}

/** Logs, once at the start, settings that are no issue and surely not meant. */
export function warnAtStart(config: Config, { tools, withheld }: StartedTools, log: Logger): void {
  reportIgnoredScopes(config.exchange.ignoredScopes, log)
  for (const { name: tool, missing } of withheld) {
    logEvent(log, 'warn', {
      event: 'tool_not_offered',
      tool,
      missing,
      hint: `The tool ${tool} is not offered: MCP_AUTH0_EXCHANGE_SCOPE lacks ${missing.join(' ')}, which it needs at the API. Add it there, or remove the setting.`,
    })
  }
  for (const { setting, scopes } of foreignScopes(config, tools)) {
    logEvent(log, 'warn', {
      event: 'scope_of_no_tool',
      setting,
      scopes,
      hint: `${setting} names ${scopes.join(' ')}, which no tool of this server requires. Correct or remove it.`,
    })
  }
}

function reportIgnoredScopes(ignored: readonly string[], log: Logger): void {
  if (ignored.length === 0) return
  logEvent(log, 'warn', {
    event: 'exchange_scopes_ignored',
    ignored,
    hint: `Remove ${ignored.join(' ')} from MCP_AUTH0_EXCHANGE_SCOPE: these belong to a sign-in. An exchange has no refresh token and no id token to give.`,
  })
}

interface ForeignScopes {
  readonly setting: 'MCP_BASELINE_SCOPES' | 'SCOPE_HIERARCHY'
  readonly scopes: readonly string[]
}

/** Scopes of this server's settings that open no tool, sign-in scopes aside. */
function foreignScopes(
  { resource, access }: Config,
  tools: readonly ToolRequirements[],
): readonly ForeignScopes[] {
  const known = new Set([
    ...tools.flatMap(({ requiredScopes }) => requiredScopes),
    ...Object.keys(access.scopeHierarchy),
  ])
  const foreign = (scopes: readonly string[]): readonly string[] =>
    [...new Set(scopes)].filter((scope) => !known.has(scope) && !isIdentityScope(scope))
  const found: readonly ForeignScopes[] = [
    { setting: 'MCP_BASELINE_SCOPES', scopes: foreign(resource.baselineScopes) },
    { setting: 'SCOPE_HIERARCHY', scopes: foreign(Object.values(access.scopeHierarchy).flat()) },
  ]
  return found.filter(({ scopes }) => scopes.length > 0)
}
