import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

const PROGRAM = new URL('log-and-end.ts', import.meta.url)

function start(): ChildProcess {
  return fork(PROGRAM, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
}

test('a process that ends writes what its log still holds', async () => {
  const child = start()
  let lines = 0
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    lines += text.split('\n').length - 1
  })
  expect(await once(child, 'close')).toEqual([3, null])
  expect(lines).toBe(3_000)
})

test('a process whose log nobody reads ends all the same', async () => {
  expect(await once(start(), 'exit')).toEqual([3, null])
})

test('a process whose log has lost its reader ends all the same', async () => {
  const child = start()
  await once(child, 'message')
  child.stdout?.destroy()
  expect(await once(child, 'exit')).toEqual([3, null])
})
