import { z } from 'zod'
import { assertOptions, optionsSchema, type OptionsShape } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { withIssues } from '../options/with-issues.js'
import type { Complete } from '../options/complete.js'
import type { Caller } from '../identity/caller.js'
import { clientEntry, createClientList } from '../identity/client-list.js'
import { unionScopes } from '../scopes.js'
import type { ToolRegistry } from './registry.js'
import type { AccessPolicy } from './access-policy.js'
import { alternativesOf } from './alternatives.js'
import type { GrantedAlternatives } from './granted-alternatives.js'
import { judgeFor as judgeAlternatives, missingIn, type Judgement } from './judge-tool.js'
import type { LockedTools } from './locked-tools.js'
import { isPublic, publicToolIssues } from './public-tools.js'
import { namedScopesOf } from './required-scopes.js'
import { ToolListing } from './tool-listing.js'
import type { ToolRequirements } from './tool.js'
import { toolVisibility, type ToolVisibility } from './tool-visibility.js'

/** What holds where nothing else is said. */
export const ACCESS_DEFAULTS: Complete<AccessPolicy> = {
  authorizationClaims: 'both',
  scopeHierarchy: {},
  permissionClients: [],
  lockedTools: 'show_without_scopes',
  stepUpScopes: 'union',
  publicTools: [],
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
  /** The tools that are served without a token, sorted by name; none of them needs a user. */
  readonly publicTools: readonly T[]
  /** Whether the tool of exactly this name is served without a token. */
  isPublic(toolName: string): boolean
  /** Every scope of this server: those that tools ask for or offer in a step-up, and those of the hierarchy. */
  readonly scopes: readonly string[]
  /** Whether a token has any scope that any tool asks for; true where no tool asks for one. */
  knowsAnyScopeOf(caller: Caller): boolean
  /**
   * What the listed tools lack that a caller cannot call yet, whose token has no scope of this server; `undefined` where there are none
   * of these, and for every other caller.
   */
  lockedTo(caller: Caller): LockedTools | undefined
}

/** The options of an `AccessPolicy`. */
export const ACCESS_SHAPE: OptionsShape<AccessPolicy> = {
  authorizationClaims: optionValues.oneOf('both', 'scope', 'permissions').optional(),
  scopeHierarchy: z.record(z.string(), optionValues.texts('a scope')).optional(),
  permissionClients: z.array(clientEntry, 'must be a list of client ids').optional(),
  lockedTools: optionValues.oneOf('hide', 'show', 'show_without_scopes').optional(),
  stepUpScopes: optionValues.oneOf('union', 'required', 'none').optional(),
  publicTools: optionValues.texts('the name of a tool').optional(),
}

const POLICY = optionsSchema<AccessPolicy>(ACCESS_SHAPE)

/**
 * Creates the decision for one set of tools and one policy.
 *
 * Throws a `TypeError` that names every issue, such as a public tool that needs a user.
 *
 * @category Tools and sessions
 */
export function createToolAccess<T extends ToolRequirements>(
  registry: ToolRegistry<T>,
  policy: AccessPolicy = {},
): ToolAccess<T> {
  assertOptions('createToolAccess', policyFor(registry), policy)
  const hierarchy = policy.scopeHierarchy ?? {}
  const every = namedScopesOf(registry.tools)
  const alternatives = new Map(registry.tools.map((tool) => [tool, alternativesOf(tool)]))
  const judgeOf = judging(policy)
  const judgeFor = (caller: Caller): ((tool: T) => Judgement) => {
    const judged = judgeOf(caller)
    return (tool) => judged(alternatives.get(tool) ?? [])
  }
  const decide = (decided: readonly T[], caller: Caller): AccessDecision => {
    const judged = judgeFor(caller)
    const judgements = decided.map((tool) => [tool.name, judged(tool)] as const)
    return decision(judgements, { caller, policy, every })
  }
  const { lockedTools = ACCESS_DEFAULTS.lockedTools } = policy
  const listing = new ToolListing<T>({
    ...{ tools: registry.tools, named: every, judgeFor },
    policy: { ...policy, lockedTools },
  })
  return {
    ...publicAccess(registry, policy),
    ...toolVisibility(registry, listing),
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
    knowsAnyScopeOf: (caller) => listing.knowsAnyScopeOf(caller),
    lockedTo: (caller) => listing.lockedTo(caller),
  }
}

function publicAccess<T extends ToolRequirements>(
  { tools }: ToolRegistry<T>,
  policy: AccessPolicy,
): Pick<ToolAccess<T>, 'publicTools' | 'isPublic'> {
  const publicTools = tools.filter((tool) => isPublic(tool, policy))
  const names = new Set(publicTools.map(({ name }) => name))
  return { publicTools, isPublic: (toolName) => names.has(toolName) }
}

/** The names of public tools are those of tools that the registry has. */
function policyFor({ tools }: ToolRegistry<ToolRequirements>): z.ZodType {
  return withIssues(POLICY, (policy) => {
    const { publicTools } = (policy ?? {}) as AccessPolicy
    if (!Array.isArray(publicTools)) return []
    return publicToolIssues(publicTools, tools).map(({ path, message }) => ({
      path: ['publicTools', ...path],
      message,
    }))
  })
}

/** Judges by the policy, and a client that cannot ask for scopes by the permissions of its user alone. */
function judging(policy: AccessPolicy): (caller: Caller) => ReturnType<typeof judgeAlternatives> {
  const byPermissions = { ...policy, authorizationClaims: 'permissions' } as const
  const cannotAsk = createClientList(policy.permissionClients ?? [])
  return (caller) => judgeAlternatives(caller, cannotAsk(caller.clientId) ? byPermissions : policy)
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
