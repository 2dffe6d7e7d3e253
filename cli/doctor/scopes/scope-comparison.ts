import type { ToolRequirements } from '../../../src/tools/tool.js'
import { neededByTools, type ScopePlace, type ToolScope } from './needed-by-tools.js'

/** What is known of the scopes in one place; absent: nobody has looked. */
export interface SeenScopes {
  /** That the API defines at the authorization server. */
  readonly defined?: readonly string[] | undefined
  /** That a client grant allows: to third-party clients at this server's API, to the exchanging client at an API that tools call. */
  readonly granted?: readonly string[] | undefined
  /** That the token has: the user's token at this server, the exchanged one at an API. */
  readonly inToken?: readonly string[] | undefined
  /** What the token was asked for with: whether it would have others is not known. Absent: it is what it is. */
  readonly asked?: readonly string[] | undefined
}

/** A scope that tools need, and where it was found. */
export type ComparedScope = ScopePlace &
  ToolScope & {
    readonly defined: boolean | undefined
    readonly granted: boolean | undefined
    readonly inToken: boolean | undefined
  }

/** Collects what the checks see of the scopes that tools need. */
export interface ScopeComparison {
  /** Adds what was seen in a place. What is absent leaves what is known. */
  saw(place: ScopePlace, seen: SeenScopes): void
  /** Every scope that a tool needs: first those of this server, then those of each API. */
  rows(): readonly ComparedScope[]
}

export function createScopeComparison(
  tools: readonly ToolRequirements[],
  apis: readonly string[],
): ScopeComparison {
  const places: readonly ScopePlace[] = [
    { at: 'server' },
    ...apis.map((api) => ({ at: 'api' as const, api })),
  ]
  const known = new Map<string, SeenScopes>()
  const has = (scopes: readonly string[] | undefined, scope: string): boolean | undefined =>
    scopes?.includes(scope)
  return {
    saw(place, seen) {
      const given = Object.entries(seen).filter(([, scopes]) => scopes !== undefined)
      known.set(keyOf(place), { ...known.get(keyOf(place)), ...Object.fromEntries(given) })
    },
    rows: () =>
      places.flatMap((place) => {
        const { defined, granted, inToken, asked } = known.get(keyOf(place)) ?? {}
        return neededByTools(tools, place).map((needed) => ({
          ...{ ...place, ...needed },
          defined: has(defined, needed.scope),
          granted: has(granted, needed.scope),
          inToken: has(asked, needed.scope) === false ? undefined : has(inToken, needed.scope),
        }))
      }),
  }
}

function keyOf(place: ScopePlace): string {
  return place.at === 'server' ? 'server' : `api ${place.api}`
}
