import { createToolAccess, createToolRegistry, type AccessDecision } from '../../src/index.js'
import type { Caller } from '../../src/identity/caller.js'
import type { Deployment } from './deployment.js'
import { ok, type Finding } from './finding.js'

/** What one tool asks for at an API. */
export interface ToolsApiScopes {
  readonly tool: string
  readonly scopes: readonly string[]
}

export interface CheckedTools {
  readonly finding: Finding
  /** What each tool that the user may use needs at each API; APIs that none of them calls are not in it. */
  readonly apiScopes: ReadonlyMap<string, readonly ToolsApiScopes[]>
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
  const advice = missingFor(decisions)
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
          : [
              {
                ...{ api: downstream.api, tool: name },
                scopes: decision.granted.get(name)?.api ?? downstream.scopes,
              },
            ],
      ),
    ),
  }
}

/** What is missing, one text a difference: with the tools of a document, many lack the same scopes. */
function missingFor(
  decisions: readonly { readonly name: string; readonly decision: AccessDecision }[],
): readonly string[] {
  const waiting = new Map<string, string[]>()
  for (const { name, decision } of decisions) {
    if (decision.kind === 'allowed') continue
    const missing = decision.missing.join(' ')
    const what =
      decision.kind === 'never'
        ? `a role with the permission ${missing} at this server's API`
        : `the scope ${missing}, which the client did not ask for`
    waiting.set(what, [...(waiting.get(what) ?? []), name])
  }
  return [...waiting].map(([what, names]) => {
    const verb = names.length === 1 ? 'needs' : 'need'
    return `${listed(names, ', ', MAX_ADVISED)} ${verb} ${what}`
  })
}

function scopesByApi(
  calling: readonly (ToolsApiScopes & { readonly api: string })[],
): ReadonlyMap<string, readonly ToolsApiScopes[]> {
  const scopes = new Map<string, readonly ToolsApiScopes[]>()
  for (const { api, ...tool } of calling) scopes.set(api, [...(scopes.get(api) ?? []), tool])
  return scopes
}

function listed(texts: readonly string[], separator: string, most: number): string {
  const more = texts.length - most
  return `${texts.slice(0, most).join(separator)}${more > 0 ? `${separator}and ${more} more` : ''}`
}
