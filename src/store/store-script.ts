/** A value of a store, as a script in memory sees it. */
export interface ScriptMemory {
  /** `undefined` where there is no such value. */
  get(key: string): string | undefined
  /** Milliseconds that are left; `undefined` where there is no such value. */
  ttlMs(key: string): number | undefined
  /** Keeps a value in place of any before it. */
  set(key: string, value: string, ttlMs: number): void
  /** Does nothing where there is no such value. */
  delete(key: string): void
  /** Epoch milliseconds. */
  nowMs(): number
}

/**
 * Steps that are carried out at once: in Redis by its Lua, in one process by `inMemory`. Both do the same, and answer with whole
 * numbers.
 */
export interface StoreScript {
  /** In Redis, `KEYS` and `ARGV` are the call's. Returns a list of whole numbers. */
  readonly lua: string
  /** The same, on the values of one process. */
  inMemory(
    memory: ScriptMemory,
    call: { readonly keys: readonly string[]; readonly args: readonly (string | number)[] },
  ): readonly number[]
}
