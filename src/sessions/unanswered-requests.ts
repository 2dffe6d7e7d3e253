import type { RequestId } from '@modelcontextprotocol/server'

/** The requests of one HTTP request. */
export interface Asked {
  /** Settles once all of them have been answered, cancelled or dropped. */
  readonly settled: Promise<void>
  /** For requests that will not be answered. */
  drop(): void
}

/** Knows which requests of a session have not been answered yet: they go on when their connection is gone. */
export class UnansweredRequests {
  /** By id, the oldest first: a client that uses an id twice is answered twice. */
  readonly #open = new Map<RequestId, (() => void)[]>()

  ask(ids: readonly RequestId[]): Asked {
    let left = ids.length
    let settle = (): void => undefined
    const settled = new Promise<void>((resolve) => {
      settle = resolve
    })
    const answered = (): void => {
      left -= 1
      if (left <= 0) settle()
    }
    for (const id of ids) this.#open.set(id, [...(this.#open.get(id) ?? []), answered])
    if (left === 0) settle()
    const drop = (): void => {
      for (const id of ids) this.#remove(id, answered)
      settle()
    }
    return { settled, drop }
  }

  /** Takes a request for answered; an id that was not asked is ignored. */
  answer(id: RequestId): void {
    const [oldest] = this.#open.get(id) ?? []
    if (oldest === undefined) return
    this.#remove(id, oldest)
    oldest()
  }

  /** For a session that ends. */
  dropAll(): void {
    const open = [...this.#open.values()].flat()
    this.#open.clear()
    for (const answered of open) answered()
  }

  #remove(id: RequestId, answered: () => void): void {
    const open = [...(this.#open.get(id) ?? [])]
    const index = open.indexOf(answered)
    if (index >= 0) open.splice(index, 1)
    if (open.length === 0) this.#open.delete(id)
    else this.#open.set(id, open)
  }
}
