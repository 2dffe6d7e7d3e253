import type { Secret } from '../secret.js'
import type { ConfigIssue } from './config-error.js'
import type { CompleteSettings, SettingName, SettingValues } from './settings.js'
import type { StoreAddress } from './store-address.js'

/** What several instances share. */
export interface StoreConfig {
  readonly address: StoreAddress
  readonly sentinelPassword: Secret | undefined
  /** The first seals, all open. */
  readonly keys: readonly Secret[]
  readonly prefix: string
  readonly outage: 'refuse' | 'local'
  readonly instances: number
}

/** The part of the configuration that `STORE_SETTINGS` make; `undefined` where nothing is shared. */
export function storeConfig(found: CompleteSettings): StoreConfig | undefined {
  const { STORE_URL: address, STORE_PASSWORD, STORE_KEY: keys, INSTANCES: instances } = found
  if (address === undefined || keys === undefined || instances === undefined) return undefined
  return {
    address: { ...address, password: address.password ?? STORE_PASSWORD },
    sentinelPassword: found.STORE_SENTINEL_PASSWORD,
    ...{ keys, instances, prefix: found.STORE_PREFIX, outage: found.STORE_OUTAGE },
  }
}

/** Settings of the store that need another one, or have no effect. */
export function storeIssues(
  found: SettingValues,
  unreadable: ReadonlySet<string>,
): readonly ConfigIssue[] {
  const { STORE_URL: address } = found
  if (unreadable.has('STORE_URL')) return []
  if (address !== undefined) {
    const isSet = (key: SettingName): boolean => found[key] !== undefined || unreadable.has(key)
    const missing = (['STORE_KEY', 'INSTANCES'] as const).filter((key) => !isSet(key))
    const twice = address.password !== undefined && isSet('STORE_PASSWORD')
    const noSentinel = address.kind !== 'sentinel' && isSet('STORE_SENTINEL_PASSWORD')
    return [
      ...missing.map((key) => ({ key, hint: NEEDED[key] })),
      ...(twice ? [{ key: 'STORE_PASSWORD', hint: TWICE }] : []),
      ...(noSentinel ? [{ key: 'STORE_SENTINEL_PASSWORD', hint: NO_SENTINEL }] : []),
    ]
  }
  const idle = (
    ['STORE_PASSWORD', 'STORE_SENTINEL_PASSWORD', 'STORE_KEY', 'INSTANCES'] as const
  ).filter((key) => found[key] !== undefined)
  const outage = found.STORE_OUTAGE === 'local' ? ['STORE_OUTAGE'] : []
  return [...idle, ...outage].map((key) => ({ key, hint: NO_STORE }))
}

const NEEDED = {
  STORE_KEY:
    'is missing. STORE_URL needs it: set it to the output of openssl rand -base64 32, the same in all instances',
  INSTANCES:
    'is missing. STORE_URL needs it: set it to how many instances there are at most, so that each knows its part of a limit while the store cannot be had',
} as const
const TWICE = 'is set, and STORE_URL has a password too. Remove one of them'
const NO_SENTINEL =
  'has no effect, since STORE_URL names no sentinels. Use redis+sentinel://host1,host2/name, or remove it'
const NO_STORE = 'has no effect without a store. Set STORE_URL, or remove it'
