import { z } from 'zod'
import { assertOptions, optionsSchema, type OptionsShape } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { Complete } from '../options/complete.js'
import type { Caller } from '../identity/caller.js'
import { missingScopes, unionScopes } from '../scopes.js'
import type { ToolRegistry } from './registry.js'
import type { AccessPolicy } from './access-policy.js'
import { alternativesOf } from './alternatives.js'
import type { GrantedAlternatives } from './granted-alternatives.js'
import { judgeFor, missingIn, type Judgement } from './judge-tool.js'
import { namedScopesOf } from './required-scopes.js'
import { expandScopes } from './scope-hierarchy.js'
import type { ToolRequirements } from './tool.js'
import { toolVisibility, type ToolVisibility } from './tool-visibility.js'

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
export interface ToolAccess<
  T extends ToolRequirements = ToolRequirements,
> extends ToolVisibility<T> {
  /** Of the names, those that are exactly the name of no tool of ours. */
  undeclared(toolNames: readonly string[]): readonly string[]
  /** On all named tools together. Names that are no tools of ours ask for nothing: see `undeclared`. */
  decide(toolNames: readonly string[], caller: Caller): AccessDecision
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
    const judged = judgeFor(caller, policy)
    const judgements = decided.map(
      (tool) => [tool.name, judged(alternatives.get(tool) ?? [])] as const,
    )
    return decision(judgements, { caller, policy, every })
  }
  return {
    ...toolVisibility(registry, policy, alternatives),
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
    knowsAnyScopeOf: (caller) =>
      every.length === 0 ||
      missingScopes(every, expandScopes(caller.scopes, hierarchy)).length < every.length,
  }
}

interface Deciding {
  readonly caller: Caller
  readonly policy: AccessPolicy
  /** Every scope that a tool names. */
  readonly every: readonly string[]
}

/** On all tools of a request together, from what is to be said of each. */
function decision(
  judgements: readonly (readonly [string, Judgement])[],
  { caller, policy, every }: Deciding,
): AccessDecision {
  const tools = judgements.map(([name]) => name)
  const forbidden = missingIn(judgements, 'never')
  if (forbidden !== undefined) return { kind: 'never', tools, missing: forbidden }
  const missing = missingIn(judgements, 'step_up')
  const chosen = judgements.flatMap(([name, one]) =>
    'chosen' in one ? [[name, one.chosen] as const] : [],
  )
  if (missing === undefined) return { kind: 'allowed', granted: new Map(chosen) }
  if (policy.stepUpScopes === 'none') return { kind: 'never', tools, missing }
  const held = policy.stepUpScopes === 'required' ? [] : caller.scopes
  const kept = held.join(' ').length <= MAX_KEPT ? held : held.filter((s) => every.includes(s))
  const required = chosen.map(([, { server }]) => server)
  return { kind: 'step_up', tools, missing, scopes: unionScopes(...required, kept) }
}
