import { alternativesOf } from '../../../src/tools/alternatives.js'
import type { ToolAlternative, ToolRequirements } from '../../../src/tools/tool.js'

/** Where a scope has to be known: at this server's own API, or at an API that tools call. */
export type ScopePlace = { readonly at: 'server' } | { readonly at: 'api'; readonly api: string }

/** A scope that tools need in one place. */
export interface ToolScope {
  readonly scope: string
  /** Names of the tools that need it, in their order. */
  readonly tools: readonly string[]
  /** Whether a tool needs it in its first alternative; else there is another way to use each of them. */
  readonly isFirstChoice: boolean
}

/**
 * The scopes that tools need in one place, in all of their alternatives, sorted by name: of the tools of a document, those that
 * `tools --scopes` prints.
 */
export function neededByTools(
  tools: readonly ToolRequirements[],
  place: ScopePlace,
): readonly ToolScope[] {
  const needed = new Map<string, { readonly tools: Set<string>; isFirstChoice: boolean }>()
  for (const tool of tools) {
    for (const [index, alternative] of alternativesOf(tool).entries()) {
      for (const scope of scopesAt(place, tool, alternative)) {
        const entry = needed.get(scope) ?? { tools: new Set<string>(), isFirstChoice: false }
        entry.tools.add(tool.name)
        entry.isFirstChoice ||= index === 0
        needed.set(scope, entry)
      }
    }
  }
  return [...needed]
    .map(([scope, entry]) => ({ scope, ...entry, tools: [...entry.tools] }))
    .toSorted((a, b) => (a.scope < b.scope ? -1 : 1))
}

function scopesAt(
  place: ScopePlace,
  { downstream }: ToolRequirements,
  alternative: ToolAlternative,
): readonly string[] {
  if (place.at === 'server') return alternative.server
  return downstream?.api === place.api ? alternative.api : []
}

/** Of names that a finding shows. */
const MAX_NAMED = 5

/** The tools that need one of some scopes, as a finding names them. */
export function toolsNeeding(needed: readonly ToolScope[], scopes: readonly string[]): string {
  return namedTools(
    needed.filter(({ scope }) => scopes.includes(scope)).flatMap(({ tools }) => tools),
  )
}

/** Names of tools, each once and no more than five. */
export function namedTools(names: readonly string[]): string {
  const distinct = [...new Set(names)]
  const more = distinct.length - MAX_NAMED
  return `${distinct.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
