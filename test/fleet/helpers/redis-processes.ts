import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished, vi } from 'vitest'

/** A Redis, or a sentinel, at a port of this machine. */
export interface RedisProcess {
  readonly port: number
  readonly kill: () => Promise<void>
}

/** A port that nothing listens at, low enough for the bus of a cluster. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port < 55_000 ? port : freePort()
}

/** What ends with the test. */
export function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'redis-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}

/** Starts a program of Redis; `configOf` has its configuration for a port and a directory. */
export async function startRedisProcess(
  program: 'redis-server' | 'redis-sentinel',
  configOf: (port: number, directory: string) => readonly string[],
): Promise<RedisProcess> {
  const directory = temporary()
  const port = await freePort()
  const file = join(directory, 'redis.conf')
  const lines = ['bind 127.0.0.1', `dir ${directory}`, ...configOf(port, directory)]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const child = spawn(program, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(kill)
  let printed = ''
  child.stdout.on('data', (text: Buffer) => (printed += text.toString()))
  const isReady = (): boolean => /ready to accept connections|Sentinel ID is/i.test(printed)
  await vi.waitUntil(
    () => {
      if (child.exitCode !== null) throw new Error(`${program} ended:\n${printed}`)
      return isReady()
    },
    { timeout: 60_000 },
  )
  return { port, kill }
}

/** What a server keeps nothing on disk for. */
export const NO_DISK = ['save ""', 'appendonly no']

/** The answer of a command, as `redis-cli` prints it. */
export async function redisCli(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('redis-cli', [...args])
  return stdout
}
