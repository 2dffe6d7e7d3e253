import type { Config } from '../config/config.js'
import type { SharedState } from '../store/shared-state.js'
import { storeFromConfig, type StoreParts } from './store-from-config.js'

/** What several instances share, and how this one leaves them. */
export interface OwnedShared {
  readonly shared: SharedState | undefined
  close(): Promise<void>
}

/** What the configuration has shared, unless it is `given`: that one is not closed. */
export async function sharedFromConfig(
  { store: config, outgoing }: Config,
  {
    given,
    ...parts
  }: Omit<StoreParts, 'authorities'> & { readonly given: SharedState | undefined },
): Promise<OwnedShared> {
  if (given !== undefined || config === undefined) {
    return { shared: given, close: () => Promise.resolve() }
  }
  const authorities = outgoing.certificateAuthorities
  const store = await storeFromConfig(config, { ...parts, authorities })
  const { keys, instances, outage } = config
  return { shared: { store, keys, instances, outage }, close: () => store.close() }
}
