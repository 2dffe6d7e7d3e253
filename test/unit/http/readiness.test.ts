import { describe, expect, test } from 'vitest'
import { Readiness } from '../../../src/http/readiness.js'
import type { Timers } from '../../../src/time/clock.js'

const withKeys = { keys: () => Promise.resolve({}) }
const withoutKeys = { keys: () => Promise.reject(new Error('unreachable')) }
const silent = { keys: () => new Promise<never>(() => undefined) }

/** Timers that run at once, as a test that waits for nothing has them. */
const over: Timers = {
  after: (_delayMs: number, run: () => void) => {
    queueMicrotask(run)
    return { cancel: () => undefined }
  },
}
const never: Timers = { after: () => ({ cancel: () => undefined }) }

function setUp(issuers: readonly (typeof withKeys)[], timers = never) {
  const state = { refused: false }
  const readiness = new Readiness({ issuers, timers, exchangeIsRefused: () => state.refused })
  return { state, readiness }
}

describe('readiness', () => {
  test('a server with the keys of one of its issuers is ready', async () => {
    expect(await setUp([withoutKeys, withKeys]).readiness.reasons()).toEqual([])
  })

  test('a server with the keys of none of its issuers is not ready', async () => {
    const { readiness } = setUp([withoutKeys, withoutKeys])
    expect(await readiness.reasons()).toEqual(['keys_unavailable'])
  })

  test('keys that do not come within the wait of a probe count as missing', async () => {
    expect(await setUp([silent], over).readiness.reasons()).toEqual(['keys_unavailable'])
  })

  test('a server whose client is refused is not ready, and is again once that is over', async () => {
    const { readiness, state } = setUp([withKeys])
    state.refused = true
    expect(await readiness.reasons()).toEqual(['exchange_refused'])
    state.refused = false
    expect(await readiness.reasons()).toEqual([])
  })

  test('a server that has announced its stop is not ready for good, and names every reason', async () => {
    const { readiness } = setUp([withoutKeys])
    readiness.announceStop()
    expect(await readiness.reasons()).toEqual(['stopping', 'keys_unavailable'])
    expect(await readiness.reasons()).toEqual(['stopping', 'keys_unavailable'])
  })
})
