import type { OnBehalfOfError } from '../failures/errors.js'
import { linkedAbort } from '../time/linked-abort.js'
import type { Revocation } from './revocation.js'
import type { SignedInToken } from './signed-out.js'

/** Whose work it is. */
export interface OwnedWork {
  /** Default: work goes on when its user is signed out. */
  readonly revocation: Pick<Revocation, 'watch'> | undefined
  readonly caller: SignedInToken
}

/**
 * Does work for as long as its user is signed in: this rejects with `signed_out` when that is over, also where the work is done by then. What
 * the work has begun goes on, for nobody. For a user who is signed out already, nothing is begun.
 */
export async function unlessSignedOut<T>(
  { revocation, caller, onSignedOut }: OwnedWork & { readonly onSignedOut?: OnSignedOut },
  work: () => Promise<T>,
): Promise<T> {
  if (revocation === undefined) return work()
  const over: { failure?: OnBehalfOfError } = {}
  let unwatch = (): void => undefined
  try {
    const done = await new Promise<T>((resolve, reject) => {
      unwatch = revocation.watch(caller, (failure) => {
        over.failure = failure
        onSignedOut?.(failure)
        reject(failure)
      })
      if (over.failure === undefined) work().then(resolve, reject)
    })
    if (over.failure !== undefined) throw over.failure
    return done
  } catch (thrown) {
    throw over.failure ?? thrown
  } finally {
    unwatch()
  }
}

/** As `unlessSignedOut`, for work that can be ended: the signal that it gets aborts, too. `signal` ends it for another reason. */
export async function whileSignedIn<T>(
  { signal, ...owned }: OwnedWork & { readonly signal?: AbortSignal | undefined },
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (owned.revocation === undefined) return work(signal)
  const ends = linkedAbort(signal)
  try {
    return await unlessSignedOut({ ...owned, onSignedOut: ends.abort }, () => work(ends.signal))
  } finally {
    ends.unlink()
  }
}

type OnSignedOut = (failure: OnBehalfOfError) => void
