/** A client that tells how its connection fares. */
interface Emitter {
  on(event: string, listener: (error: unknown) => void): unknown
}

/** Of one connection, of a node of a cluster by each package, and of what a sentinel watches over. */
const FAILURES = ['error', 'node-error', 'node error', 'client-error'] as const

const STANDS = ['ready', 'node-ready'] as const

/**
 * Keeps what the connection of a client last failed with, until one stands. Without a listener, `redis` ends the process, and `ioredis` writes
 * to standard error.
 */
export class ConnectionError {
  #error: unknown

  watch(client: Emitter): void {
    for (const event of FAILURES) {
      client.on(event, (failure) => {
        this.#error = errorIn(failure)
      })
    }
    for (const event of STANDS) {
      client.on(event, () => {
        this.#error = undefined
      })
    }
  }

  /** Whoever connects has given up. What a connection has met says more. */
  gaveUp(error: unknown): void {
    this.#error ??= errorIn(error)
  }

  get last(): unknown {
    return this.#error
  }
}

/** Where several nodes failed, of the last of them. Some are told as a text, some as a member. */
function errorIn(failure: unknown): Error {
  if (failure instanceof Error) {
    const { lastNodeError } = failure as { readonly lastNodeError?: unknown }
    return lastNodeError instanceof Error ? lastNodeError : failure
  }
  const { error } = (failure ?? {}) as { readonly error?: unknown }
  return error instanceof Error ? error : new Error(String(failure))
}
