import { expect, test } from 'vitest'
import { OpenRequests } from '../../../src/observability/open-requests.js'

function opened() {
  const timers: { readonly delayMs: number; readonly run: () => void; cancelled: boolean }[] = []
  const open = new OpenRequests({
    after: (delayMs, run) => {
      const timer = { delayMs, run, cancelled: false }
      timers.push(timer)
      return {
        cancel: () => {
          timer.cancelled = true
        },
      }
    },
  })
  const request = () => {
    const begun = {
      abandoned: 0,
      abandon: () => {
        begun.abandoned += 1
      },
    }
    open.begin(begun)
    return begun
  }
  return { open, timers, request }
}

test('what has not ended is abandoned when the server stops, once', () => {
  const { open, request } = opened()
  const [ended, running] = [request(), request()]
  open.end(ended)
  open.abandonAll()
  open.abandonAll()
  expect([ended.abandoned, running.abandoned]).toEqual([0, 1])
})

test('a call that goes on without its connection is abandoned after an hour', () => {
  const { open, timers, request } = opened()
  const running = request()
  open.linger(running)
  expect(timers.map(({ delayMs }) => delayMs)).toEqual([3_600_000])
  timers[0]?.run()
  open.abandonAll()
  expect(running.abandoned).toBe(1)
})

test('a call that ends without its connection is not waited for any more', () => {
  const { open, timers, request } = opened()
  const running = request()
  open.linger(running)
  open.end(running)
  expect(timers[0]?.cancelled).toBe(true)
})
