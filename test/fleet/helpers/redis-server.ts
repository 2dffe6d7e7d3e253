import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A Redis of its own, that listens at a socket alone and keeps nothing on disk. */
export interface RedisServer {
  /** Of its Unix socket. */
  readonly path: string
  /** It stands still, and connections to it stay. */
  freeze(): void
  thaw(): void
  /** Ends it at once, and resolves when it has ended. */
  kill(): Promise<void>
  /** Starts it again, empty. */
  restart(): Promise<void>
}

/** Starts a real Redis; it ends with the test. */
export async function startRedis(args: readonly string[] = []): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), 'redis-'))
  const path = join(directory, 'redis.sock')
  let child = await started(path, args)
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(async () => {
    await kill()
    rmSync(directory, { recursive: true, force: true })
  })
  return {
    path,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    kill,
    restart: async () => {
      await kill()
      child = await started(path, args)
    },
  }
}

async function started(path: string, args: readonly string[]): Promise<ChildProcess> {
  const options = ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', [...options, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    let printed = ''
    child.once('error', reject)
    child.once('exit', () => {
      reject(new Error(`redis-server ended:\n${printed}`))
    })
    child.stdout.on('data', (text: Buffer) => {
      printed += text.toString()
      if (printed.includes('ready to accept connections')) resolve()
    })
  })
  return child
}
