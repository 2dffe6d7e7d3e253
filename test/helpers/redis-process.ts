import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const running = new Set<ChildProcess>()

/** However this process ends, no Redis outlives it. One that is stopped (SIGSTOP) can be killed too. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A real Redis in a process of its own, which keeps nothing on disk unless `args` say so. */
export class RedisProcess {
  readonly #args: readonly string[]
  #child: ChildProcess

  private constructor(args: readonly string[], child: ChildProcess) {
    this.#args = args
    this.#child = child
  }

  /** Resolves when it accepts connections. `args` say where it listens. */
  static async start(args: readonly string[]): Promise<RedisProcess> {
    return new RedisProcess(args, await started(args))
  }

  /** It stands still, and connections to it stay. */
  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  /** Ends it at once, and resolves when it has ended. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }

  /** Starts it again, empty. */
  async restart(): Promise<void> {
    await this.kill()
    this.#child = await started(this.#args)
  }
}

async function started(args: readonly string[]): Promise<ChildProcess> {
  // A replica writes what it is sent to a file, whatever it is told to keep.
  const cwd = mkdtempSync(join(tmpdir(), 'redis-'))
  const child = spawn('redis-server', args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(child)
  child.once('close', () => {
    running.delete(child)
    rmSync(cwd, { recursive: true, force: true })
  })
  await new Promise<void>((resolve, reject) => {
    let printed = ''
    child.once('error', reject)
    child.once('exit', () => {
      reject(new Error(`redis-server ended:\n${printed}`))
    })
    child.stdout.on('data', (text: Buffer) => {
      printed += text.toString()
      if (READY.test(printed)) resolve()
    })
  })
  return child
}

/** Of a server, and of a sentinel. */
const READY = /[Rr]eady to accept connections|Sentinel ID is/
