import { ConfigError } from '../config/config.js'
import type { StoreConfig } from '../config/store-config.js'
import { trustedAuthorities } from '../http/trusted-authorities.js'
import type { Logger } from '../logging/logger.js'
import type { PipelineObserver } from '../observability/pipeline-observer.js'
import { needsPackage } from '../options/needs-package.js'
import { withoutUndefined } from '../options/without-undefined.js'
import { createRedisStore, type RedisStoreOptions } from '../store/redis-store.js'
import type { Store } from '../store/store.js'
import type { Timers } from '../time/clock.js'

/** What a store needs beside its configuration. */
export interface StoreParts {
  /** Of the server that presents itself with TLS, beside those of Node.js; PEM. */
  readonly authorities: readonly string[]
  readonly log: Logger
  readonly observer: PipelineObserver | undefined
  /** Default: those of the machine. */
  readonly timers?: Timers | undefined
}

/**
 * The store of a configuration. Does not wait for it: a server starts, and serves, while there is none.
 *
 * Rejects with a `ConfigError` where the package is not installed.
 */
export async function storeFromConfig(config: StoreConfig, parts: StoreParts): Promise<Store> {
  const { log, observer, timers } = parts
  const client = await clientFor(config, parts)
  return createRedisStore({ client, prefix: config.prefix, log, observer, timers })
}

async function clientFor(
  { address, sentinelPassword }: StoreConfig,
  { authorities }: StoreParts,
): Promise<RedisStoreOptions['client']> {
  const { createClient, createCluster, createSentinel } = await redisPackage()
  const { kind, nodes, name = '', database, username, password, tls } = address
  const secured = tls ? { tls: true as const, ca: trustedAuthorities(authorities) } : {}
  const socket = { ...secured, connectTimeout: CONNECT_MS, reconnectStrategy }
  const user = withoutUndefined({ username, password: password?.reveal() })
  const shared = { ...user, disableOfflineQueue: true }
  if (kind === 'cluster') {
    const rootNodes = nodes.map((node) => ({ socket: { ...socket, ...node } }))
    return createCluster({ rootNodes, defaults: { ...shared, socket } })
  }
  if (kind === 'sentinel') {
    const nodeClientOptions = { ...shared, database, socket }
    const sentinelRootNodes = [...nodes]
    return createSentinel({
      ...{ name, sentinelRootNodes, nodeClientOptions },
      sentinelClientOptions: withoutUndefined({ socket, password: sentinelPassword?.reveal() }),
    })
  }
  const [node] = nodes
  return createClient({ ...shared, database, socket: { ...socket, ...node } })
}

const CONNECT_MS = 2_000

/** Never gives up: between 50 ms and 2 s, with a part by chance, so that instances do not all come at once. */
function reconnectStrategy(tries: number): number {
  return Math.min(50 * 2 ** Math.min(tries, 6), 2_000) * (0.5 + Math.random() / 2)
}

function redisPackage() {
  return import('redis').catch((error: unknown) => {
    if ((error as { readonly code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new ConfigError([{ key: 'STORE_URL', hint: needsPackage('redis') }])
  })
}
