import { type ActionCache, createActionCache } from './action-cache.js'
import { type ActionHandler, type ActionModule, loadAction } from './action-module.js'

/** What Auth0 gives an execution of a flow. */
export const ACTION_TIMEOUT_MS = 20_000

/** What the Actions of a server run in, and what they keep between two runs. */
export interface ActionRuntime {
  readonly cache: ActionCache
  /** How long an Action may take until it has failed. */
  readonly timeoutMs: number
  /** Returns the handler of an Action. Its module runs once, as long as its code stays the same. */
  load(module: ActionModule): ActionHandler
}

export interface ActionRuntimeOptions {
  /** The `fetch` of the Actions. */
  readonly fetch: typeof fetch
  readonly timeoutMs: number
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Creates a runtime in which no Action has run yet. */
export function createActionRuntime(options: ActionRuntimeOptions): ActionRuntime {
  const handlers = new Map<string, ActionHandler>()
  return {
    cache: createActionCache(options.now),
    timeoutMs: options.timeoutMs,
    load({ code, dependencies }) {
      const key = JSON.stringify([code, dependencies])
      const known = handlers.get(key)
      if (known !== undefined) return known
      const handler = loadAction({ code, dependencies }, options.fetch)
      handlers.set(key, handler)
      return handler
    },
  }
}
