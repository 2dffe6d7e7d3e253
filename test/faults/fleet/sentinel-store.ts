import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'
import { RedisProcess } from '../../helpers/redis-process.js'
import { eventually } from '../processes/eventually.js'
import { FleetStore, startedRedis, type FleetStoreParts } from './fleet-store.js'
import { freePort } from '../../helpers/free-port.js'

const NAME = 'fleet'
const REPLICATED_WITHIN_MS = 60_000

/** A Redis, a replica, and a sentinel that has the replica take over. */
export class SentinelStore extends FleetStore {
  readonly #sentinelPort: number
  readonly #others: readonly RedisProcess[]
  readonly #directory: string
  #serving: number

  private constructor(
    parts: FleetStoreParts,
    sentinel: { port: number; directory: string; others: readonly RedisProcess[] },
  ) {
    super(parts)
    this.#serving = parts.port
    this.#sentinelPort = sentinel.port
    this.#directory = sentinel.directory
    this.#others = sentinel.others
  }

  static override async open(): Promise<SentinelStore> {
    const { redis, port } = await startedRedis()
    const replica = await startedRedis(['--replicaof', `127.0.0.1 ${port}`])
    const directory = mkdtempSync(join(tmpdir(), 'sentinel-'))
    const sentinelPort = await freePort()
    const file = join(directory, 'sentinel.conf')
    writeFileSync(file, sentinelConfiguration(sentinelPort, port))
    const sentinel = await RedisProcess.start([file, '--sentinel'])
    const url = `redis+sentinel://127.0.0.1:${sentinelPort}/${NAME}`
    const others = [replica.redis, sentinel]
    const opened = new SentinelStore(
      { redis, port, url },
      { port: sentinelPort, directory, others },
    )
    await opened.#replicated()
    return opened
  }

  /** Resolves when the sentinel names another server than the first. */
  async tookOver(): Promise<void> {
    await eventually(async () => (await this.#named()) !== this.port, REPLICATED_WITHIN_MS)
    this.#serving = await this.#named()
  }

  override async close(): Promise<void> {
    for (const other of this.#others) await other.kill()
    await super.close()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  protected override get serving(): number {
    return this.#serving
  }

  /** Until the sentinel knows of a replica that is in step. */
  async #replicated(): Promise<void> {
    await eventually(async () => {
      const replicas = await this.#askSentinel('REPLICAS')
      return JSON.stringify(replicas).includes('"master-link-status","ok"')
    }, REPLICATED_WITHIN_MS)
  }

  async #named(): Promise<number> {
    const [, port] = (await this.#askSentinel('GET-MASTER-ADDR-BY-NAME')) as string[]
    return Number(port)
  }

  async #askSentinel(what: string): Promise<unknown> {
    const client = createClient({ url: `redis://127.0.0.1:${this.#sentinelPort}`, RESP: 2 })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return await client.sendCommand(['SENTINEL', what, NAME])
    } finally {
      client.destroy()
    }
  }
}

function sentinelConfiguration(port: number, ofServer: number): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor ${NAME} 127.0.0.1 ${ofServer} 1`,
    `sentinel down-after-milliseconds ${NAME} 1000`,
    `sentinel failover-timeout ${NAME} 5000`,
    '',
  ].join('\n')
}
