/**
 * Begins to load something now, for calls that come later. The returned function resolves with it.
 *
 * Where it could not be loaded, each call tries once more, and rejects as `load` does.
 */
export function loadAhead<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined
  const loaded = (): Promise<T> =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    }))
  // Whoever needs it meets the failure.
  loaded().catch(() => undefined)
  return loaded
}
