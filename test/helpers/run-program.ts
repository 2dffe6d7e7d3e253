import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface ProgramOptions {
  readonly arguments: readonly string[]
  readonly cwd?: string
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /** Told every line that the program writes. */
  readonly onLine?: (line: string) => void
}

export interface ProgramEnd {
  /** `null` when it had to be ended. */
  readonly exitCode: number | null
  /** All lines of both outputs, in the order of their arrival. */
  readonly lines: readonly string[]
}

/**
 * Runs a program to its end, or ends it with all its children after `timeoutMs`, on `signal`, or when this process exits.
 *
 * Rejects when it cannot be started.
 */
export async function runProgram(program: string, options: ProgramOptions): Promise<ProgramEnd> {
  const limit = AbortSignal.timeout(options.timeoutMs)
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal])
  signal.throwIfAborted()
  const child = spawn(program, options.arguments, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that its children end with it.
    detached: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  const end = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  const lines: string[] = []
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      lines.push(line)
      options.onLine?.(line)
    })
  }
  signal.addEventListener('abort', end, { once: true })
  process.once('exit', end)
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    return { exitCode, lines }
  } finally {
    signal.removeEventListener('abort', end)
    process.off('exit', end)
  }
}
