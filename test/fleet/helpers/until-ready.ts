import { vi } from 'vitest'
import type { Store } from '../../../src/store/store.js'

/** Until a store can be had: a client connects by itself. */
export async function untilReady<S extends Pick<Store, 'get'>>(store: S): Promise<S> {
  const isThere = (): Promise<boolean> =>
    store.get('ready').then(
      () => true,
      () => false,
    )
  await vi.waitUntil(isThere, { timeout: 60_000 })
  return store
}
