import type { OnBehalfOfError } from '../failures/errors.js'
import { keysOfCaller, type SignedInToken } from './signed-out.js'

interface Watched {
  readonly caller: SignedInToken
  readonly end: (failure: OnBehalfOfError) => void
}

/** What has to end when the user who opened it is signed out. */
export class WatchedCallers {
  readonly #byKey = new Map<string, Set<Watched>>()

  /** The keys under which somebody is watched. */
  keys(): readonly string[] {
    return [...this.#byKey.keys()]
  }

  /** Watches; calling what it returns ends that, and a second time does nothing. */
  add(caller: SignedInToken, end: (failure: OnBehalfOfError) => void): () => void {
    const watched = { caller, end }
    const keys = keysOfCaller(caller)
    for (const key of keys) {
      this.#byKey.set(key, (this.#byKey.get(key) ?? new Set<Watched>()).add(watched))
    }
    return () => {
      for (const key of keys) {
        const others = this.#byKey.get(key)
        others?.delete(watched)
        if (others?.size === 0) this.#byKey.delete(key)
      }
    }
  }

  /** Ends what callers of this key have opened. `failureOf`: why the token of a caller counts no more. */
  end(key: string, failureOf: (caller: SignedInToken) => OnBehalfOfError | undefined): void {
    for (const { caller, end } of [...(this.#byKey.get(key) ?? [])]) {
      const failure = failureOf(caller)
      if (failure !== undefined) end(failure)
    }
  }
}
