/** A client that tells how its connection fares. */
interface Emitter {
  on(event: string, listener: (error: unknown) => void): unknown
}

/**
 * Keeps what the connection of a client last failed with, until one stands. Without a listener, `redis` ends the process, and `ioredis` writes
 * to standard error.
 */
export class ConnectionError {
  #error: unknown

  watch(client: Emitter): void {
    client.on('error', (error) => {
      this.#error = error
    })
    client.on('ready', () => {
      this.#error = undefined
    })
  }

  get last(): unknown {
    return this.#error
  }
}
