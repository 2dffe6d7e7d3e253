import { Redis } from 'ioredis'
import { Redis as IoRedis5 } from 'ioredis-5'
import { Redis as LowestIoRedis5 } from 'ioredis-5-lowest'
import { Redis as Valkey } from 'iovalkey'
import { createClient } from 'redis'
import { createClient as createClient5 } from 'redis-5'
import { createClient as createLowestClient5 } from 'redis-5-lowest'
import { createClient as createLowestClient6 } from 'redis-6-lowest'
import type { RedisStoreOptions } from '../../../src/store/redis-store.js'

type Client = RedisStoreOptions['client']
type ClientOf = (path: string) => Client

const OF_REDIS = (path: string) => ({
  socket: { path, reconnectStrategy: 50 },
  disableOfflineQueue: true,
})

const OF_IOREDIS = (path: string) => ({
  path,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  retryStrategy: () => 50,
})

/** A client of each package that a store can be given, as the docs have it. */
export const CLIENTS: Readonly<Record<string, ClientOf>> = {
  redis: (path) => createClient(OF_REDIS(path)),
  ioredis: (path) => new Redis(OF_IOREDIS(path)),
}

/** The lowest and the highest version of each line that the peers of package.json allow, beside those of `CLIENTS`. */
export const OTHER_VERSIONS: Readonly<Record<string, ClientOf>> = {
  'redis 5, the lowest': (path) => createLowestClient5(OF_REDIS(path)),
  'redis 5, the highest': (path) => createClient5(OF_REDIS(path)),
  'redis 6, the lowest': (path) => createLowestClient6(OF_REDIS(path)),
  'ioredis 5, the lowest': (path) => new LowestIoRedis5(OF_IOREDIS(path)),
  'ioredis 5, the highest': (path) => new IoRedis5(OF_IOREDIS(path)),
  iovalkey: (path) => new Valkey(OF_IOREDIS(path)),
}
