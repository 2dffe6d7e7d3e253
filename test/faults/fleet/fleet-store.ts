import { createClient } from 'redis'
import { RedisProcess } from '../../helpers/redis-process.js'
import { freePort } from '../../helpers/free-port.js'

const KEEPS_NOTHING = ['--save', '', '--appendonly', 'no']

/** What a store is made of. */
export interface FleetStoreParts {
  readonly redis: RedisProcess
  readonly port: number
  /** Default: that of the port. */
  readonly url?: string
}

/** A Redis that the instances share. */
export class FleetStore {
  /** For `STORE_URL`. */
  readonly url: string
  readonly redis: RedisProcess
  readonly port: number

  protected constructor(parts: FleetStoreParts) {
    this.redis = parts.redis
    this.port = parts.port
    this.url = parts.url ?? `redis://127.0.0.1:${parts.port}`
  }

  static async open(): Promise<FleetStore> {
    const { redis, port } = await startedRedis()
    return new FleetStore({ redis, port })
  }

  /** Sends commands, as whoever runs it could. */
  async ask<T>(commands: (client: ReturnType<typeof createClient>) => Promise<T>): Promise<T> {
    const client = createClient({ url: `redis://127.0.0.1:${this.serving}` })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return await commands(client as ReturnType<typeof createClient>)
    } finally {
      client.destroy()
    }
  }

  /** Everything that lies in it: the keys, and their values as text. */
  dump(): Promise<ReadonlyMap<string, string>> {
    return this.ask(async (client) => {
      const found = new Map<string, string>()
      for await (const keys of client.scanIterator({ COUNT: 1_000 })) {
        const values = keys.length === 0 ? [] : await client.mGet(keys)
        for (const [at, key] of keys.entries()) found.set(key, values[at] ?? '')
      }
      return found
    })
  }

  close(): Promise<void> {
    return this.redis.kill()
  }

  /** The port of the server that has what is kept. */
  protected get serving(): number {
    return this.port
  }
}

/** A Redis at a port of its own on the loopback interface, which keeps nothing on disk. */
export async function startedRedis(
  args: readonly string[] = [],
): Promise<{ readonly redis: RedisProcess; readonly port: number }> {
  const port = await freePort()
  const listening = ['--bind', '127.0.0.1', '--port', `${port}`]
  return { port, redis: await RedisProcess.start([...listening, ...KEEPS_NOTHING, ...args]) }
}
