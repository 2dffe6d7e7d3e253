import { z } from 'zod'
import { assertOptions, optionsSchema, type OptionsShape } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { Complete } from '../options/complete.js'
import type { Caller } from '../identity/caller.js'
import { missingScopes, unionScopes } from '../scopes.js'
import type { ToolRegistry } from './registry.js'
import { requiredScopesOf } from './required-scopes.js'
import type { ToolRequirements } from './tool.js'

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
  | { readonly kind: 'allowed' }
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
  const every = requiredScopesOf(registry.tools)
  const decide = (decided: readonly T[], caller: Caller): AccessDecision => {
    const tools = decided.map(({ name }) => name)
    const required = requiredScopesOf(decided)
    const forbidden = forbiddenScopes(required, caller, policy)
    if (forbidden.length > 0) return { kind: 'never', tools, missing: forbidden }
    if (policy.authorizationClaims === 'permissions') return { kind: 'allowed' }
    const missing = missingScopes(required, expandScopes(caller.scopes, hierarchy))
    if (missing.length === 0) return { kind: 'allowed' }
    if (policy.stepUpScopes === 'none') return { kind: 'never', tools, missing }
    const held = policy.stepUpScopes === 'required' ? [] : caller.scopes
    const kept = held.join(' ').length <= MAX_KEPT ? held : held.filter((s) => every.includes(s))
    return { kind: 'step_up', tools, missing, scopes: unionScopes(required, kept) }
  }
  const isVisible = (tool: T, caller: Caller): boolean => {
    const { kind } = decide([tool], caller)
    return kind === 'allowed' || (kind === 'step_up' && policy.lockedTools === 'show')
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
    visibleTo: (caller) => registry.tools.filter((tool) => isVisible(tool, caller)),
    isVisible: (toolName, caller) => {
      const tool = registry.find(toolName)
      return tool !== undefined && isVisible(tool, caller)
    },
    knowsAnyScopeOf: (caller) =>
      every.length === 0 ||
      missingScopes(every, expandScopes(caller.scopes, hierarchy)).length < every.length,
  }
}

/** The required scopes that the user's permissions rule out. */
function forbiddenScopes(
  required: readonly string[],
  caller: Caller,
  { authorizationClaims: claims = 'both', scopeHierarchy: hierarchy = {} }: AccessPolicy,
): readonly string[] {
  if (claims === 'scope') return []
  if (caller.permissions === undefined) return claims === 'permissions' ? required : []
  return missingScopes(required, expandScopes(caller.permissions, hierarchy))
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
