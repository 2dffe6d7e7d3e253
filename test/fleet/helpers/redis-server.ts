import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { RedisProcess } from '../../helpers/redis-process.js'

/** A Redis of its own, that listens at a socket alone and keeps nothing on disk. */
export interface RedisServer extends Pick<RedisProcess, 'freeze' | 'thaw' | 'kill' | 'restart'> {
  /** Of its Unix socket. */
  readonly path: string
}

/** Starts a real Redis; it ends with the test. */
export async function startRedis(args: readonly string[] = []): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), 'redis-'))
  const path = join(directory, 'redis.sock')
  const options = ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no']
  const redis = await RedisProcess.start([...options, ...args])
  onTestFinished(async () => {
    await redis.kill()
    rmSync(directory, { recursive: true, force: true })
  })
  return Object.assign(redis, { path })
}
