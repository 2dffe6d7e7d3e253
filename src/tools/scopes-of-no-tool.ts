import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { isIdentityScope } from '../scopes.js'
import type { ScopeHierarchy } from './scope-hierarchy.js'
import { namedScopesOf } from './required-scopes.js'
import type { ToolRequirements } from './tool.js'

/** Where scopes of this server are named beside the tools. */
export interface NamedScopes {
  /** As they were given; `undefined` where they follow from the tools. */
  readonly baselineScopes: readonly string[] | undefined
  readonly scopeHierarchy: ScopeHierarchy
}

/** What the settings, or the options, are called that name them. */
export type ScopeOrigins = Readonly<Record<keyof NamedScopes, string>>

/** The options that name scopes of this server. */
export const SCOPE_OPTIONS: ScopeOrigins = {
  baselineScopes: 'baselineScopes',
  scopeHierarchy: 'access.scopeHierarchy',
}

/** Logs scopes that are named and that no tool requires, since they are most likely misspelt. Sign-in scopes do not count. */
export function warnOfScopesOfNoTool(
  { baselineScopes = [], scopeHierarchy }: NamedScopes,
  { tools, origins }: { tools: readonly ToolRequirements[]; origins: ScopeOrigins },
  log: Logger,
): void {
  const known = new Set([
    ...namedScopesOf(tools),
    ...tools.flatMap(({ downstream }) => downstream?.stepUp ?? []),
    ...Object.keys(scopeHierarchy),
  ])
  const named = { baselineScopes, scopeHierarchy: Object.values(scopeHierarchy).flat() }
  for (const place of ['baselineScopes', 'scopeHierarchy'] as const) {
    const scopes = [...new Set(named[place])].filter(
      (scope) => !known.has(scope) && !isIdentityScope(scope),
    )
    if (scopes.length === 0) continue
    const setting = origins[place]
    logEvent(log, 'warn', {
      event: 'scope_of_no_tool',
      setting,
      scopes,
      hint: `${setting} names ${scopes.join(' ')}, which no tool of this server requires. Correct or remove it.`,
    })
  }
}
