import type { AuthInfo } from '@modelcontextprotocol/server'
import { anonymousRequest, type AnonymousRequest } from '../identity/anonymous-request.js'
import type { ObservedTool } from '../observability/observer.js'
import type { ToolAccess } from './access.js'
import type { ToolRegistry } from './registry.js'
import type { ToolRequirements } from './tool.js'

/** The tools of a server at one time, what is decided about them, and what is said of them. Never changed: a reload makes another one. */
export interface ToolSet {
  readonly registry: ToolRegistry<ToolRequirements>
  readonly access: ToolAccess
  /** What records say of a tool; `undefined` for a name that is none of these. */
  readonly facts: (name: string) => ObservedTool | undefined
  /** What clients are told to ask for at sign-in. */
  readonly baselineScopes: readonly string[]
}

/** Where the tools of a server come from. */
export interface ToolSets<S extends ToolSet = ToolSet> {
  /** Those of the present moment. A request reads this once. */
  readonly current: S
  /** Whether there can ever be others. */
  readonly canChange: boolean
}

const kept = new WeakMap<AuthInfo | AnonymousRequest, ToolSet>()

/** Keeps with a request the tools that it is served with, from its scopes to its handler, whatever is swapped meanwhile. */
export function keepToolSet(request: AuthInfo | AnonymousRequest, set: ToolSet): void {
  kept.set(request, set)
}

/** The tools that the request is served with; `undefined` where none were kept, since there are no others. */
export function toolSetOf(authInfo: AuthInfo | undefined): ToolSet | undefined {
  const request = authInfo ?? anonymousRequest(authInfo)
  return request === undefined ? undefined : kept.get(request)
}

/** What is made of the present tools: once for each set, when it is first asked for. */
export function ofCurrentTools<S extends ToolSet, T>(
  sets: ToolSets<S>,
  make: (set: S) => T,
): () => T {
  let of = sets.current
  let made = make(of)
  return () => {
    const { current } = sets
    if (current === of) return made
    made = make(current)
    of = current
    return made
  }
}
