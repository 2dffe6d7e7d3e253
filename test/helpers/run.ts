import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface RunOptions {
  readonly cwd: string
  /** In place of this process's own. */
  readonly env?: NodeJS.ProcessEnv
  /** After it the program is ended by force. Default 120000. */
  readonly timeoutMs?: number
}

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end and resolves with what it said, whatever its exit code. */
export async function run(
  program: string,
  argv: readonly string[],
  { cwd, env = process.env, timeoutMs = 120_000 }: RunOptions,
): Promise<Ran> {
  const child = spawn(program, argv, {
    ...{ cwd, env, timeout: timeoutMs, killSignal: 'SIGKILL' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

/** As {@link run}; rejects with what was said unless the exit code is 0. */
export async function runWell(
  program: string,
  argv: readonly string[],
  options: RunOptions,
): Promise<Ran> {
  const ran = await run(program, argv, options)
  if (ran.code === 0) return ran
  throw new Error(
    `${program} ${argv.join(' ')} ended with ${String(ran.code)}\n${ran.stdout}\n${ran.stderr}`,
  )
}
