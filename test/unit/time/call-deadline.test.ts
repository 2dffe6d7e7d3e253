import { getEventListeners, once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { CallDeadline } from '../../../src/time/call-deadline.js'

const LONG_MS = 600_000

describe('the deadline of a call', () => {
  test('the deadline of a call aborts with a TimeoutError when its time is over', async () => {
    const deadline = new CallDeadline(1)
    if (!deadline.signal.aborted) await once(deadline.signal, 'abort')
    expect(deadline.signal.reason).toMatchObject({ name: 'TimeoutError' })
    expect(deadline.timedOut).toBe(true)
  })

  test('the deadline of a call aborts with the reason of a caller who leaves', () => {
    const caller = new AbortController()
    const deadline = new CallDeadline(LONG_MS, caller.signal)
    expect(deadline.signal.aborted).toBe(false)
    const reason = new Error('left')
    caller.abort(reason)
    expect(deadline.signal.reason).toBe(reason)
    expect(deadline.timedOut).toBe(false)
  })

  test('the deadline of a call is over at once for a caller who has left before', () => {
    const reason = new Error('left')
    const deadline = new CallDeadline(LONG_MS, AbortSignal.abort(reason))
    expect(deadline.signal.reason).toBe(reason)
  })

  test('the deadline of a call that is over leaves nothing at the signal of its caller, and aborts no more', () => {
    const caller = new AbortController()
    const deadline = new CallDeadline(LONG_MS, caller.signal)
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1)
    deadline.end()
    deadline.end()
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0)
    caller.abort()
    expect(deadline.signal.aborted).toBe(false)
  })
})
