import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { createClient } from 'redis'
import { median } from '../statistics.js'

/** A Redis in a process of its own, that keeps nothing on disk. */
export interface BenchRedis {
  readonly pid: number
  readonly url: string
  /** One command and its answer, in milliseconds. */
  roundTripMs(): Promise<number>
  close(): Promise<void>
}

const PINGS = 200

/** Rejects where there is no `redis-server`. */
export async function startRedis(): Promise<BenchRedis> {
  const port = await freePort()
  const options = ['--bind', '127.0.0.1', '--port', `${port}`, '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', options, { cwd: tmpdir(), stdio: 'ignore' })
  await once(child, 'spawn').catch(() => {
    throw new Error('The case sharedStore needs redis-server: apt-get install redis-server')
  })
  const url = `redis://127.0.0.1:${port}`
  const client = createClient({ url, socket: { reconnectStrategy: 50 } })
  client.on('error', () => undefined)
  await client.connect()
  return {
    pid: child.pid ?? Number.NaN,
    url,
    async roundTripMs() {
      const waits = []
      for (let ping = 0; ping < PINGS; ping += 1) {
        const begun = performance.now()
        await client.ping()
        waits.push(performance.now() - begun)
      }
      return median(waits)
    },
    async close() {
      client.destroy()
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
