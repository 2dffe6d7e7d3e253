import { createToolAccess, createToolRegistry } from '../../src/index.js'
import type { Caller } from '../../src/identity/caller.js'
import { unionScopes } from '../../src/scopes.js'
import type { Deployment } from './deployment.js'
import { ok, type Finding } from './finding.js'

export interface CheckedTools {
  readonly finding: Finding
  /** What the tools that the user may use need at each API; APIs that none of them calls are not in it. */
  readonly apiScopes: ReadonlyMap<string, readonly string[]>
}

/** Tools that a finding names, and that it advises on. */
const MAX_NAMED = 20
const MAX_ADVISED = 5

/** Which tools the user may use with this token. Not to be allowed one is no fault: roles are there for that. */
export function checkTools(caller: Caller, { config, tools }: Deployment): CheckedTools {
  const registry = createToolRegistry(tools)
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
  const names = listed(
    allowed.map(({ name }) => name),
    ', ',
    MAX_NAMED,
  )
  return {
    finding: ok(
      'token.tools',
      `With this token: ${names === '' ? 'no tool' : names}.`,
      advice.length === 0 ? undefined : `${listed(advice, '; ', MAX_ADVISED)}.`,
    ),
    apiScopes: scopesByApi(
      allowed.flatMap(({ name, downstream, decision }) =>
        downstream === undefined || decision.kind !== 'allowed'
          ? []
          : [[downstream.api, decision.granted.get(name)?.api ?? downstream.scopes] as const],
      ),
    ),
  }
}

function scopesByApi(
  calling: readonly (readonly [api: string, scopes: readonly string[]])[],
): ReadonlyMap<string, readonly string[]> {
  const scopes = new Map<string, readonly string[]>()
  for (const [api, needed] of calling) scopes.set(api, unionScopes(scopes.get(api) ?? [], needed))
  return scopes
}

function listed(texts: readonly string[], separator: string, most: number): string {
  const more = texts.length - most
  return `${texts.slice(0, most).join(separator)}${more > 0 ? `${separator}and ${more} more` : ''}`
}
