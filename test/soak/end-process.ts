import type { ChildProcess } from 'node:child_process'

const PATIENCE_MS = 15_000

/** Sends SIGTERM, and SIGKILL to what does not end in time. Resolves with the exit code; `null` after a signal. */
export async function endProcess(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  const code = await ended
  clearTimeout(timer)
  return code
}
