import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

const PROGRAM = new URL('log-much.ts', import.meta.url)
const WRITTEN = 30_000
const MOST_WAITING_BYTES = 16 * 1024 * 1024
/** What the system itself keeps between the two processes, generously. */
const IN_THE_PIPE_BYTES = 4 * 1024 * 1024

test('a log whose reader stands still keeps 16 MiB for it, and says how many lines were lost when the reader goes on', async () => {
  const child = fork(PROGRAM, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  if (child.stdout === null) throw new Error('no output')
  let bytes = 0
  let probes = 0
  let dropped = 0
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as { readonly event: string; readonly dropped?: number }
    bytes += text.length + 1
    if (line.event === 'probe') probes += 1
    else if (line.event === 'log_lines_dropped') dropped += line.dropped ?? 0
  }
  expect(dropped).toBeGreaterThan(0)
  expect(probes + dropped).toBe(WRITTEN)
  expect(bytes).toBeLessThan(MOST_WAITING_BYTES + IN_THE_PIPE_BYTES)
})
