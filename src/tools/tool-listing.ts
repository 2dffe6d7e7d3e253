import type { Caller } from '../identity/caller.js'
import type { AccessPolicy } from './access-policy.js'
import type { Judgement } from './judge-tool.js'
import type { LockedTools } from './locked-tools.js'
import { expandScopes } from './scope-hierarchy.js'
import type { ToolRequirements } from './tool.js'

/** What decides about a list of tools. */
export interface ListingRules<T extends ToolRequirements> {
  readonly tools: readonly T[]
  readonly policy: Required<Pick<AccessPolicy, 'lockedTools'>> & AccessPolicy
  /** Every scope that a tool names. */
  readonly named: readonly string[]
  readonly judgeFor: (caller: Caller) => (tool: T) => Judgement
}

/** Which tools a caller is shown, and which of these the caller cannot call yet. */
export class ToolListing<T extends ToolRequirements> {
  readonly #rules: ListingRules<T>
  readonly #named: ReadonlySet<string>
  readonly #known = new WeakMap<Caller, { readonly locked: LockedTools | undefined }>()

  constructor(rules: ListingRules<T>) {
    this.#rules = rules
    this.#named = new Set(rules.named)
  }

  /** Whether a token has any scope that any tool names; true where none does. */
  knowsAnyScopeOf({ scopes }: Caller): boolean {
    const { scopeHierarchy = {} } = this.#rules.policy
    if (this.#named.size === 0) return true
    return expandScopes(scopes, scopeHierarchy).some((scope) => this.#named.has(scope))
  }

  visibleTo(caller: Caller): (tool: T) => boolean {
    const judged = this.#rules.judgeFor(caller)
    let showsLocked: boolean | undefined
    return (tool) => {
      const { kind } = judged(tool)
      if (kind !== 'step_up') return kind === 'allowed'
      showsLocked ??= this.#showsLockedTo(caller)
      return showsLocked
    }
  }

  /** One token gives the same caller again: what is said of it costs once, whatever the number of tools. */
  lockedTo(caller: Caller): LockedTools | undefined {
    const known = this.#known.get(caller)
    if (known !== undefined) return known.locked
    const locked = this.#lockedTo(caller)
    // What can still change is read each time.
    if (Object.isFrozen(caller)) this.#known.set(caller, { locked })
    return locked
  }

  #lockedTo(caller: Caller): LockedTools | undefined {
    if (this.knowsAnyScopeOf(caller) || !this.#showsLockedTo(caller)) return undefined
    const judged = this.#rules.judgeFor(caller)
    const locked = this.#rules.tools.flatMap((tool) => {
      const judgement = judged(tool)
      return judgement.kind === 'step_up' ? [[tool.name, judgement.missing] as const] : []
    })
    return locked.length === 0 ? undefined : new Map(locked)
  }

  #showsLockedTo(caller: Caller): boolean {
    const { lockedTools, stepUpScopes } = this.#rules.policy
    if (lockedTools === 'hide' || stepUpScopes === 'none') return false
    return lockedTools === 'show' || !this.knowsAnyScopeOf(caller)
  }
}
