import type { StoreScript } from './store-script.js'

/** How long a value is kept, and whether it may take the place of another. */
export interface SetOptions {
  /** Milliseconds; a whole number of 1 or more. */
  readonly ttlMs: number
  /** Default: the value takes the place of any before it. */
  readonly onlyIfAbsent?: boolean | undefined
}

/** Ends a subscription; calling it again does nothing. */
export type Unsubscribe = () => void

/**
 * What several processes share: values that expire, steps that nobody comes between, and messages.
 *
 * A store may lose everything at any time: what is kept in it must not be missed. Every method but `subscribe` rejects with a
 * `StoreUnavailableError` while the store cannot be had, within the time limit of the adapter. Keys and channels are text, and values
 * are bytes; neither is encrypted here.
 *
 * @category Shared state
 */
export interface Store {
  /**
   * Resolves with the value, or with `undefined` where there is none; also for what cannot be one of ours: of another type, longer than the
   * adapter keeps, or empty.
   */
  get(key: string): Promise<Uint8Array | undefined>
  /** Resolves with whether the value is kept, also an empty one, which `get` does not show: `false` where `onlyIfAbsent` and there is one. */
  set(key: string, value: Uint8Array, options: SetOptions): Promise<boolean>
  /** Forgets values; does nothing where there are none. */
  delete(...keys: readonly string[]): Promise<void>
  /** Runs a script at once: no other command comes between its steps. */
  run(script: StoreScript, call: ScriptCall): Promise<readonly number[]>
  /** Reaches whoever listens at this moment, in this process too. */
  publish(channel: string, message: string): Promise<void>
  /**
   * Hands each message to `listener`, as long as the store can be had. Its `gap` is called when messages may have been lost,
   * and once more each time that the subscription stands again.
   */
  subscribe(channel: string, listener: Listener): Unsubscribe
  /** Ends connections. Every later call rejects. */
  close(): Promise<void>
}

/** What a script works on. */
export interface ScriptCall {
  readonly keys: readonly string[]
  readonly args: readonly (string | number)[]
}

/** Who gets the messages of a channel. */
export interface Listener {
  /** Somebody has published this. */
  message(message: string): void
  /** Messages may have been lost. Default: nobody minds. */
  gap?(): void
}

/** The store cannot be had. What it was to do may have been done nevertheless. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
}
