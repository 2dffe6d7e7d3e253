import { Redis } from 'ioredis'
import { createClient } from 'redis'
import type { RedisStoreOptions } from '../../../src/store/redis-store.js'

type Client = RedisStoreOptions['client']

/** A client of each package that a store can be given, as the docs have it. */
export const CLIENTS: Readonly<Record<string, (path: string) => Client>> = {
  redis: (path) =>
    createClient({ socket: { path, reconnectStrategy: 50 }, disableOfflineQueue: true }),
  ioredis: (path) =>
    new Redis({
      path,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      retryStrategy: () => 50,
    }),
}
