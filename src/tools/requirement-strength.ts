import { isDeepStrictEqual } from 'node:util'
import { alternativesOf } from './alternatives.js'
import { isConfirmed, type ToolRequirements } from './tool.js'

/** What has to be met before a call, and what is called then. */
export interface Requirement {
  readonly tool: ToolRequirements
  /** Whether the tool is served without a token. */
  readonly isPublic: boolean
  /** `GET /trips`; `undefined` for a tool that stands for no operation. */
  readonly operation: string | undefined
  /** Values that are sent with each call and that no model gives, by the names of the arguments. Default: none. */
  readonly fixed?: Readonly<Record<string, unknown>> | undefined
}

/** Why a requirement is not as strong as another. */
export type Weakening = 'public' | 'scopes' | 'api' | 'operation' | 'confirm' | 'fixed'

/**
 * In which respects a requirement is not provably as strong as it was before; empty: in none. Pure.
 *
 * `scopes`: some alternative is not at least as strong as one of those before. It is where the caller needs all scopes of that one, and
 * perhaps more; and where the API is asked for all of that one, and for more only where the caller needs more too. `SCOPE_HIERARCHY`
 * does not count here. `operation` and `api`: what was allowed was something else. `confirm`: the user is no longer asked.
 * `fixed`: a fixed value is gone, or another.
 */
export function weakenings(before: Requirement, after: Requirement): readonly Weakening[] {
  const old = alternativesOf(before.tool)
  const found: readonly (readonly [Weakening, boolean])[] = [
    ['public', after.isPublic && !before.isPublic],
    [
      'scopes',
      !alternativesOf(after.tool).every((one) => old.some((other) => isAsStrong(one, other))),
    ],
    ['api', before.tool.downstream?.api !== after.tool.downstream?.api],
    ['operation', before.operation !== after.operation],
    ['confirm', isConfirmed(before.tool) && !isConfirmed(after.tool)],
    ['fixed', unfixed(before, after).length > 0],
  ]
  return found.flatMap(([weakening, holds]) => (holds ? [weakening] : []))
}

/** The names of arguments whose value was fixed, and is so no longer, or is another; sorted. */
export function unfixed(before: Requirement, after: Requirement): readonly string[] {
  const now = new Map(Object.entries(after.fixed ?? {}))
  return Object.entries(before.fixed ?? {})
    .filter(([name, value]) => !now.has(name) || !isDeepStrictEqual(now.get(name), value))
    .map(([name]) => name)
    .sort()
}

type Alternative = ReturnType<typeof alternativesOf>[number]

function isAsStrong(one: Alternative, other: Alternative): boolean {
  const needsMore = !covers(other.server, one.server)
  const asksForMore = !covers(other.api, one.api)
  return (
    covers(one.server, other.server) && covers(one.api, other.api) && (needsMore || !asksForMore)
  )
}

function covers(scopes: readonly string[], others: readonly string[]): boolean {
  return others.every((scope) => scopes.includes(scope))
}
