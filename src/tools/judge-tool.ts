import type { Caller } from '../identity/caller.js'
import { missingScopes, unionScopes } from '../scopes.js'
import type { AccessPolicy } from './access-policy.js'
import { expandScopes } from './scope-hierarchy.js'
import type { ToolAlternative } from './tool.js'

/** What is to be said of one tool: on which alternative it is allowed, or could be. */
export type Judgement =
  | { readonly kind: 'allowed'; readonly chosen: ToolAlternative }
  | {
      readonly kind: 'step_up'
      readonly chosen: ToolAlternative
      readonly missing: readonly string[]
    }
  | { readonly kind: 'never'; readonly missing: readonly string[] }

/** Judges the alternatives of a tool for one caller, in their order: one that is covered, else the first that could be. */
export function judgeFor(
  caller: Caller,
  policy: AccessPolicy,
): (alternatives: readonly ToolAlternative[]) => Judgement {
  const { authorizationClaims = 'both', scopeHierarchy = {} } = policy
  const held = expandScopes(caller.scopes, scopeHierarchy)
  const permitted = permittedScopes(caller, policy)
  return (alternatives) => {
    let best: Judgement | undefined
    for (const chosen of alternatives) {
      const forbidden = permitted === undefined ? [] : missingScopes(chosen.server, permitted)
      if (forbidden.length > 0) {
        best ??= { kind: 'never', missing: forbidden }
        continue
      }
      const missing =
        authorizationClaims === 'permissions' ? [] : missingScopes(chosen.server, held)
      if (missing.length === 0) return { kind: 'allowed', chosen }
      if (best?.kind !== 'step_up') best = { kind: 'step_up', chosen, missing }
    }
    return best ?? { kind: 'never', missing: [] }
  }
}

/** What is missing for the tools of which this is to be said; `undefined` where there are none. */
export function missingIn(
  judgements: readonly (readonly [string, Judgement])[],
  kind: 'never' | 'step_up',
): readonly string[] | undefined {
  const missing = judgements.flatMap(([, one]) =>
    one.kind === kind && 'missing' in one ? [one.missing] : [],
  )
  return missing.length === 0 ? undefined : unionScopes(...missing)
}

/** The scopes that the user's permissions allow; `undefined` where they rule nothing out. */
function permittedScopes(
  { permissions }: Caller,
  { authorizationClaims: claims = 'both', scopeHierarchy: hierarchy = {} }: AccessPolicy,
): readonly string[] | undefined {
  if (claims === 'scope') return undefined
  if (permissions === undefined) return claims === 'permissions' ? [] : undefined
  return expandScopes(permissions, hierarchy)
}
