import { expect, test } from 'vitest'
import { runProgram } from '../../helpers/run-program.js'

test('a program that ends by itself is read to its last line', async () => {
  const seen: string[] = []
  const end = await runProgram('sh', {
    arguments: ['-c', 'echo out; echo err >&2; exit 3'],
    timeoutMs: 120_000,
    onLine: (line) => seen.push(line),
  })
  expect(end.exitCode).toBe(3)
  expect([...end.lines].sort()).toEqual(['err', 'out'])
  expect(seen).toEqual(end.lines)
})

test('a program that is told to end takes its children with it', async () => {
  const stop = new AbortController()
  // The output stays open until the child is gone as well, and only then is the end reported.
  const end = await runProgram('sh', {
    arguments: ['-c', 'sleep 600 & echo started; wait'],
    timeoutMs: 120_000,
    signal: stop.signal,
    onLine: () => {
      stop.abort()
    },
  })
  expect(end.exitCode).toBeNull()
})

test('a program that cannot be started is an error', async () => {
  const nowhere = runProgram('/no/such/program', { arguments: [], timeoutMs: 120_000 })
  await expect(nowhere).rejects.toThrow('ENOENT')
})
