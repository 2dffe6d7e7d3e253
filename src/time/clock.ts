/** Returns milliseconds since the epoch. Passed in wherever time decides something. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

/** Runs something later. Passed in wherever something has to wait. */
export interface Timers {
  /** Runs `run` once, after `delayMs`, unless `cancel` is called before. */
  after(
    delayMs: number,
    run: () => void,
  ): {
    /** Does nothing once `run` has begun. */
    cancel(): void
  }
}

export const systemTimers: Timers = timersWith(setTimeout)

/** Timers that do not keep the process running. */
export const backgroundTimers: Timers = timersWith((run, delayMs) =>
  setTimeout(run, delayMs).unref(),
)

function timersWith(start: (run: () => void, delayMs: number) => NodeJS.Timeout): Timers {
  return {
    after(delayMs, run) {
      const timer = start(run, delayMs)
      return {
        cancel: () => {
          clearTimeout(timer)
        },
      }
    },
  }
}
