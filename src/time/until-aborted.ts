/**
 * Waits for an outcome no longer than `signal` says, also where the work ignores the signal.
 *
 * Rejects with `rejection()` once the signal aborts, at once if it has. The outcome itself goes on.
 */
export async function untilAborted<T>(
  outcome: Promise<T>,
  signal: AbortSignal,
  rejection: () => Error,
): Promise<T> {
  let leave: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => {
    leave = () => {
      reject(rejection())
    }
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
  })
  try {
    return await Promise.race([outcome, aborted])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
