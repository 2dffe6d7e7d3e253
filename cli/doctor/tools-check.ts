import { serverTools } from '../../src/server/from-config.js'
import { createToolAccess, createToolRegistry } from '../../src/index.js'
import { offeredTools } from '../../src/tools/offered-tools.js'
import type { Caller } from '../../src/identity/caller.js'
import { unionScopes } from '../../src/scopes.js'
import type { Deployment } from './deployment.js'
import { ok, type Finding } from './finding.js'

export interface CheckedTools {
  readonly finding: Finding
  /** What the tools that the user may use need at the API; `undefined` where none of them calls it. */
  readonly apiScopes: readonly string[] | undefined
}

/** Which tools the user may use with this token. Not to be allowed one is no fault: roles are there for that. */
export function checkTools(caller: Caller, { config }: Deployment): CheckedTools {
  const registry = createToolRegistry(
    offeredTools(serverTools(), config.exchange.scopeCeiling).tools,
  )
  const access = createToolAccess(registry, config.access)
  const decisions = registry.tools.map(({ name, downstream }) => ({
    name,
    downstream,
    decision: access.decide([name], caller),
  }))
  const allowed = decisions.filter(({ decision }) => decision.kind === 'allowed')
  const advice = decisions.flatMap(({ name, decision }) => {
    if (decision.kind === 'allowed') return []
    const missing = decision.missing.join(' ')
    return decision.kind === 'never'
      ? [`${name} needs a role with the permission ${missing} at this server's API`]
      : [`${name} needs the scope ${missing}, which the client did not ask for`]
  })
  const names = allowed.map(({ name }) => name).join(', ')
  const calling = allowed.flatMap(({ downstream }) => downstream ?? [])
  return {
    finding: ok(
      'token.tools',
      `With this token: ${names === '' ? 'no tool' : names}.`,
      advice.length === 0 ? undefined : `${advice.join('; ')}.`,
    ),
    apiScopes:
      calling.length === 0 ? undefined : unionScopes(...calling.map(({ scopes }) => scopes)),
  }
}
