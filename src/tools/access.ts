import { z } from 'zod'
import { assertOptions, optionsSchema, type OptionsShape } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { Complete } from '../options/complete.js'
import type { Caller } from '../identity/caller.js'
import { missingScopes, unionScopes } from '../scopes.js'
import type { ToolRegistry } from './registry.js'
import { alternativesOf } from './alternatives.js'
import type { GrantedAlternatives } from './granted-alternatives.js'
import { namedScopesOf } from './required-scopes.js'
import type { ToolAlternative, ToolRequirements } from './tool.js'

/** Scopes that include others: `{ 'tool:admin': ['tool:greet', 'tool:whoami'] }`. */
export type ScopeHierarchy = Readonly<Record<string, readonly string[]>>

/** Which claims decide about a tool, and what is shown and asked for where they do not suffice. */
export interface AccessPolicy {
  /**
   * Which claim decides. `both`, the default: `scope` must grant, and where the token has `permissions`, they
   * must allow as well. `scope`: `permissions` are ignored. `permissions`: they alone decide, whatever the
   * user let the client do.
   */
  readonly authorizationClaims?: 'both' | 'scope' | 'permissions' | undefined
  readonly scopeHierarchy?: ScopeHierarchy | undefined
  /** Whether a tool that a step-up would unlock is listed. Default `hide`. */
  readonly lockedTools?: 'hide' | 'show' | undefined
  /**
   * What a step-up asks for: `union`, the default, the operation's scopes and those the token has, since
   * clients replace their scopes; `required`, the operation's alone; `none`: there is no step-up, since scopes are
   * assigned to users and no client can ask for more. A scope that is missing is then a permission that is missing.
   */
  readonly stepUpScopes?: 'union' | 'required' | 'none' | undefined
}

/** What holds where nothing else is said. */
export const ACCESS_DEFAULTS: Complete<AccessPolicy> = {
  authorizationClaims: 'both',
  scopeHierarchy: {},
  lockedTools: 'hide',
  stepUpScopes: 'union',
}

/** Of scopes that a challenge repeats, in characters: proxies refuse answers with more than 8 KiB of headers. */
const MAX_KEPT = 2_000

/** Whether a caller may use some tools: yes, after a step-up, or never. */
export type AccessDecision =
  | {
      readonly kind: 'allowed'
      /** What each of the tools is allowed on: the exchange asks for these scopes of the API. */
      readonly granted: GrantedAlternatives
    }
  /** More scope would do; `scopes` is what to ask for. */
  | {
      readonly kind: 'step_up'
      readonly tools: readonly string[]
      readonly missing: readonly string[]
      readonly scopes: readonly string[]
    }
  /** The user lacks a permission, and no scope makes up for it. */
  | {
      readonly kind: 'never'
      readonly tools: readonly string[]
      readonly missing: readonly string[]
    }

/** Decides who may use which tool; the one place that does. Decisions name tools of ours alone. */
export interface ToolAccess<T extends ToolRequirements = ToolRequirements> {
  /** Of the names, those that are exactly the name of no tool of ours. */
  undeclared(toolNames: readonly string[]): readonly string[]
  /** On all named tools together. Names that are no tools of ours ask for nothing: see `undeclared`. */
  decide(toolNames: readonly string[], caller: Caller): AccessDecision
  /** The tools to list for a caller, sorted by name. */
  visibleTo(caller: Caller): readonly T[]
  /** Whether the tool of this name is listed for a caller; false for a name that is no tool of ours. */
  isVisible(toolName: string, caller: Caller): boolean
  /** Every scope of this server: those that tools ask for or offer in a step-up, and those of the hierarchy. */
  readonly scopes: readonly string[]
  /** Whether a token has any scope that any tool asks for; true where no tool asks for one. */
  knowsAnyScopeOf(caller: Caller): boolean
}

/** The options of an `AccessPolicy`. */
export const ACCESS_SHAPE: OptionsShape<AccessPolicy> = {
  authorizationClaims: optionValues.oneOf('both', 'scope', 'permissions').optional(),
  scopeHierarchy: z.record(z.string(), optionValues.texts('a scope')).optional(),
  lockedTools: optionValues.oneOf('hide', 'show').optional(),
  stepUpScopes: optionValues.oneOf('union', 'required', 'none').optional(),
}

const POLICY = optionsSchema<AccessPolicy>(ACCESS_SHAPE)

/**
 * Creates the decision for one set of tools and one policy.
 *
 * @category Tools and sessions
 */
export function createToolAccess<T extends ToolRequirements>(
  registry: ToolRegistry<T>,
  policy: AccessPolicy = {},
): ToolAccess<T> {
  assertOptions('createToolAccess', POLICY, policy)
  const hierarchy = policy.scopeHierarchy ?? {}
  const every = namedScopesOf(registry.tools)
  const alternatives = new Map(registry.tools.map((tool) => [tool, alternativesOf(tool)]))
  const decide = (decided: readonly T[], caller: Caller): AccessDecision => {
    const judged = judgement(caller, policy)
    const judgements = decided.map(
      (tool) => [tool.name, judged(alternatives.get(tool) ?? [])] as const,
    )
    const tools = decided.map(({ name }) => name)
    const missing = missingIn(judgements, 'never')
    if (missing !== undefined) return { kind: 'never', tools, missing }
    const lacking = missingIn(judgements, 'step_up')
    const chosen = judgements.flatMap(([name, one]) =>
      'chosen' in one ? [[name, one.chosen] as const] : [],
    )
    if (lacking === undefined) return { kind: 'allowed', granted: new Map(chosen) }
    if (policy.stepUpScopes === 'none') return { kind: 'never', tools, missing: lacking }
    const held = policy.stepUpScopes === 'required' ? [] : caller.scopes
    const kept = held.join(' ').length <= MAX_KEPT ? held : held.filter((s) => every.includes(s))
    const required = chosen.map(([, { server }]) => server)
    return { kind: 'step_up', tools, missing: lacking, scopes: unionScopes(...required, kept) }
  }
  const showsLocked = policy.lockedTools === 'show' && policy.stepUpScopes !== 'none'
  const visibleFor = (caller: Caller): ((tool: T) => boolean) => {
    const judged = judgement(caller, policy)
    return (tool) => {
      const { kind } = judged(alternatives.get(tool) ?? [])
      return kind === 'allowed' || (kind === 'step_up' && showsLocked)
    }
  }
  return {
    scopes: unionScopes(
      every,
      ...registry.tools.map(({ downstream }) => downstream?.stepUp ?? []),
      ...Object.entries(hierarchy)
        .flat()
        .map((scopes) => [scopes].flat()),
    ),
    undeclared: (toolNames) => toolNames.filter((name) => registry.find(name) === undefined),
    decide: (toolNames, caller) =>
      decide(
        toolNames.map((name) => registry.find(name)).filter((tool) => tool !== undefined),
        caller,
      ),
    visibleTo: (caller) => registry.tools.filter(visibleFor(caller)),
    isVisible: (toolName, caller) => {
      const tool = registry.find(toolName)
      return tool !== undefined && visibleFor(caller)(tool)
    },
    knowsAnyScopeOf: (caller) =>
      every.length === 0 ||
      missingScopes(every, expandScopes(caller.scopes, hierarchy)).length < every.length,
  }
}

/** What is to be said of one tool: on which alternative it is allowed, or could be. */
type Judgement =
  | { readonly kind: 'allowed'; readonly chosen: ToolAlternative }
  | {
      readonly kind: 'step_up'
      readonly chosen: ToolAlternative
      readonly missing: readonly string[]
    }
  | { readonly kind: 'never'; readonly missing: readonly string[] }

/** Judges the alternatives of a tool for one caller, in their order: one that is covered, else the first that could be. */
function judgement(
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
function missingIn(
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

/** Adds every scope that the given ones include, at any depth; cycles do no harm. */
export function expandScopes(
  scopes: readonly string[],
  hierarchy: ScopeHierarchy,
): readonly string[] {
  const expanded = new Set<string>()
  const pending = [...scopes]
  for (let scope = pending.pop(); scope !== undefined; scope = pending.pop()) {
    if (expanded.has(scope)) continue
    expanded.add(scope)
    if (Object.hasOwn(hierarchy, scope)) pending.push(...(hierarchy[scope] ?? []))
  }
  return [...expanded]
}
