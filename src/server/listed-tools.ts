import type { Config } from '../config/config.js'
import type { Caller } from '../identity/caller.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import type { AccessPolicy } from '../tools/access-policy.js'
import { createToolAccess } from '../tools/access.js'
import { createToolRegistry } from '../tools/registry.js'
import { requiredScopesOf } from '../tools/required-scopes.js'
import type { ToolRequirements } from '../tools/tool.js'
import type { ConfiguredTools } from './tools-of-config.js'

/** What a client sees that has signed in with some scopes and whose user may do everything. */
export interface ListedTools {
  readonly scopes: readonly string[]
  readonly tools: number
  readonly listed: number
  readonly callable: number
}

/** Counts what a client sees that signs in with the baseline scopes (`undefined`: those of all tools). */
export function listedAtFirst(
  tools: readonly ToolRequirements[],
  baselineScopes: readonly string[] | undefined,
  policy: AccessPolicy,
): ListedTools {
  const scopes = baselineScopes ?? requiredScopesOf(tools)
  const access = createToolAccess(createToolRegistry(tools), {
    ...policy,
    // What the user may do is not known here; what the client asked for is.
    authorizationClaims: 'scope',
  })
  const caller: Caller = {
    ...{ issuer: '', subject: '', clientId: '', expiresAtSeconds: 0 },
    scopes,
  }
  const listed = access.visibleTo(caller)
  const callable = tools.filter(({ name }) => access.decide([name], caller).kind === 'allowed')
  return { scopes, tools: tools.length, listed: listed.length, callable: callable.length }
}

/** Logs what a fresh client sees; a warning where that is nothing, since no step-up can begin there. */
export function tellListed(
  { access }: Config,
  { offered, baselineScopes }: ConfiguredTools,
  log: Logger,
): void {
  const { scopes, tools, listed, callable } = listedAtFirst(offered, baselineScopes, access)
  const text = `A client with the baseline scopes sees ${listed} of ${tools} tools, and may call ${callable}`
  if (listed > 0 || tools === 0) {
    logEvent(log, 'info', {
      event: 'tools_listed',
      tools,
      listed,
      callable,
      scopes,
      hint: `${text}.`,
    })
    return
  }
  logEvent(log, 'warn', {
    event: 'tools_listed',
    ...{ tools, listed, callable, scopes },
    hint: `${text}: it cannot ask for more scopes. Set LOCKED_TOOLS=show, or add scopes to MCP_BASELINE_SCOPES.`,
  })
}
