import type { Timers } from './clock.js'

const PARTS = 10

/**
 * Runs `over` after `timeoutMs`, unless `cancel` is called before; for deadlines of answers that come over a connection.
 *
 * The time goes in ten parts, each with a timer of its own, so that the event loop looks at its connections ten times before it is
 * over. A process that is too busy to read an answer does not take it for one that never came: the time is longer by as much as
 * it was late.
 */
export function afterTurns(
  timers: Timers,
  timeoutMs: number,
  over: () => void,
): {
  /** Does nothing once `over` has begun. */
  cancel(): void
} {
  const partMs = Math.max(1, Math.ceil(timeoutMs / PARTS))
  let leftMs = timeoutMs
  const next = (): ReturnType<Timers['after']> => {
    const waitMs = Math.min(partMs, leftMs)
    leftMs -= waitMs
    return timers.after(waitMs, () => {
      if (leftMs > 0) timer = next()
      else over()
    })
  }
  let timer = next()
  return {
    cancel: () => {
      timer.cancel()
    },
  }
}
