/**
 * The time that one call may take, and the caller who may leave before.
 *
 * As `AbortSignal.any` of a timeout and the caller's signal, but it can be ended: nothing waits on for a call that is over, and
 * nothing is left at a signal that outlives it.
 */
export class CallDeadline {
  readonly #controller = new AbortController()
  readonly #caller: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout
  #timedOut = false

  constructor(timeoutMs: number, caller?: AbortSignal) {
    this.#caller = caller
    this.#timer = setTimeout(() => {
      this.#timedOut = true
      this.#controller.abort(new DOMException('the call took too long', 'TimeoutError'))
    }, timeoutMs).unref()
    if (caller?.aborted === true) this.#callerLeft()
    else caller?.addEventListener('abort', this.#callerLeft, { once: true })
  }

  /** Aborts when the time is over or the caller leaves, whichever comes first. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Whether the time was over before the caller left. */
  get timedOut(): boolean {
    return this.#timedOut
  }

  /** The call is over. Calling it again does nothing. */
  end(): void {
    clearTimeout(this.#timer)
    this.#caller?.removeEventListener('abort', this.#callerLeft)
  }

  readonly #callerLeft = (): void => {
    clearTimeout(this.#timer)
    this.#controller.abort(this.#caller?.reason)
  }
}
