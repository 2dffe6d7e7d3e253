import { backgroundTimers } from './clock.js'
import { linkedAbort, type LinkedAbort } from './linked-abort.js'
import { afterTurns } from './turns-of-the-loop.js'

/**
 * The time that one call may take, and the caller who may leave before.
 *
 * As `AbortSignal.any` of a timeout and the caller's signal, but it can be ended: nothing waits on for a call that is over, and
 * nothing is left at a signal that outlives it. And the time is not over before an answer that has come has been read, however busy
 * the process is (`afterTurns`).
 */
export class CallDeadline {
  readonly #ends: LinkedAbort
  readonly #timer: ReturnType<typeof afterTurns>
  #timedOut = false

  constructor(timeoutMs: number, caller?: AbortSignal) {
    this.#timer = afterTurns(backgroundTimers, timeoutMs, () => {
      this.#timedOut = true
      this.#ends.abort(new DOMException('the call took too long', 'TimeoutError'))
    })
    this.#ends = linkedAbort(caller, () => {
      this.#timer.cancel()
    })
  }

  /** Aborts when the time is over or the caller leaves, whichever comes first. */
  get signal(): AbortSignal {
    return this.#ends.signal
  }

  /** Whether the time was over before the caller left. */
  get timedOut(): boolean {
    return this.#timedOut
  }

  /** The call is over. Calling it again does nothing. */
  end(): void {
    this.#timer.cancel()
    this.#ends.unlink()
  }
}

/** Does work that may take so long; its signal aborts when the time is over. */
export async function withDeadline<T>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new CallDeadline(timeoutMs)
  try {
    return await work(deadline.signal)
  } finally {
    deadline.end()
  }
}
