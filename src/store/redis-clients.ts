import { IoRedisCommands, type IoRedisClient } from './ioredis-commands.js'
import { NodeRedisCommands, type NodeRedisClient } from './node-redis-commands.js'
import type { RedisCommands } from './redis-commands.js'

/** The commands of a client, whichever package it is of. */
export function commandsOf(client: NodeRedisClient | IoRedisClient): RedisCommands {
  return 'callBuffer' in client ? new IoRedisCommands(client) : new NodeRedisCommands(client)
}
