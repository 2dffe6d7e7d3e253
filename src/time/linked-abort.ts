/** An `AbortController` that aborts with a signal, too. */
export interface LinkedAbort {
  readonly signal: AbortSignal
  readonly abort: (reason: unknown) => void
  /** Lets go of the signal that was given. */
  readonly unlink: () => void
}

/**
 * Links to a signal, as `AbortSignal.any` does, which costs each call more than all that is done with it. `onGiven` is called where it is
 * the given signal that aborts.
 */
export function linkedAbort(given: AbortSignal | undefined, onGiven?: () => void): LinkedAbort {
  const controller = new AbortController()
  const follow = (): void => {
    onGiven?.()
    controller.abort(given?.reason)
  }
  if (given?.aborted === true) follow()
  else given?.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    abort: (reason) => {
      controller.abort(reason)
    },
    unlink: () => {
      given?.removeEventListener('abort', follow)
    },
  }
}
