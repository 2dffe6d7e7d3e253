import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CallDeadline } from '../../../src/time/call-deadline.js'
import { afterTurns } from '../../../src/time/turns-of-the-loop.js'
import { ManualClock } from '../../helpers/exchange-clock.js'

const TIMEOUT_MS = 100

describe('a deadline in a process that is busy', () => {
  const answered = new Int32Array(new SharedArrayBuffer(4))
  let server: Worker
  let socket: Socket

  beforeAll(async () => {
    server = new Worker(ECHO, { eval: true, workerData: answered.buffer })
    const [port] = (await once(server, 'message')) as [number]
    socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
  })

  afterAll(async () => {
    socket.destroy()
    await server.terminate()
  })

  test('an answer that came while the process was busy counts, although the time was over meanwhile', async () => {
    const answer = once(socket, 'data')
    const deadline = new CallDeadline(TIMEOUT_MS)
    const late = once(deadline.signal, 'abort')
    await new Promise((resolve) => socket.write('hello', resolve))
    // Nothing of this process runs from here until the answer is there and the time is over.
    Atomics.wait(answered, 0, 0)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * TIMEOUT_MS)
    const first = await Promise.race([answer.then(() => 'answer'), late.then(() => 'deadline')])
    deadline.end()
    expect(first).toBe('answer')
  })
})

describe('a time in parts', () => {
  test.each([1, 9, 10, 11, 999, 1_000, 1_001, 2 ** 31])('is over after %i ms', async (ms) => {
    const manual = new ManualClock()
    let over = 0
    afterTurns(manual.timers, ms, () => {
      over += 1
    })
    await manual.advance(ms - 1)
    expect(over).toBe(0)
    await manual.advance(1)
    expect(over).toBe(1)
    expect(manual.pending).toBe(0)
  })

  test('is not over any more once it is cancelled, in whichever part', async () => {
    for (const beforeMs of [0, 1, 500, 999]) {
      const manual = new ManualClock()
      const timer = afterTurns(manual.timers, 1_000, () => {
        throw new Error('it is over')
      })
      await manual.advance(beforeMs)
      timer.cancel()
      expect(manual.pending).toBe(0)
      await manual.advance(10_000)
    }
  })
})

/** Answers each message at once, and says so where a process that does nothing can see it. */
const ECHO = `
const { parentPort, workerData } = require('node:worker_threads')
const answered = new Int32Array(workerData)
const server = require('node:net').createServer((socket) => {
  socket.on('data', (bytes) => socket.write(bytes, () => {
    Atomics.store(answered, 0, 1)
    Atomics.notify(answered, 0)
  }))
  socket.on('error', () => undefined)
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`
