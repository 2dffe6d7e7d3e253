/** What a command is made of. */
export type Argument = string | Uint8Array

/** As both packages take them. */
export function sentArguments(args: readonly Argument[]): (string | Buffer)[] {
  return args.map((arg) => (typeof arg === 'string' ? arg : Buffer.from(arg)))
}

/** Who hears a channel. */
export interface Heard {
  readonly message: (text: string) => void
  /** The subscription stands, for the first time or once more. */
  readonly stands: () => void
  /** It does not stand, and is tried again. */
  readonly failed: (error: unknown) => void
}

/**
 * What this room needs of a Redis client: the few lines in which the packages differ.
 *
 * Neither a time limit nor a repetition is expected of it: `createRedisStore` has both.
 */
export interface RedisCommands {
  /** Begins to connect, where the client does not by itself. */
  connect(): void
  /**
   * Sends a command; bulk strings of the answer are bytes. `keys` says where the command belongs in a cluster. Rejects with what
   * the server answered (`isServerError`), or for a connection that is not there.
   */
  send(args: readonly Argument[], keys: readonly string[]): Promise<unknown>
  /** Listens to a channel whenever it can be had, on a connection of its own. */
  listen(channel: string, heard: Heard): void
  /** Stops to listen. */
  unlisten(channel: string): void
  /** Gives up all connections, and connects anew; listens to the same channels. For connections over which nothing comes any more. */
  renew(): void
  /** Whether a rejection is an answer of the server: then its connection is well. */
  isServerError(error: unknown): error is Error
  /** What a connection last failed with, if it does not stand since: a command that meets none does not say why. */
  connectionError(): unknown
  close(): Promise<void>
}
