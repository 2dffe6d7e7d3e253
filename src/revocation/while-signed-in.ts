import type { OnBehalfOfError } from '../failures/errors.js'
import { linkedAbort } from '../time/linked-abort.js'
import type { Revocation } from './revocation.js'
import type { SignedInToken } from './signed-out.js'

/** Whose work it is. */
export interface OwnedWork {
  /** Default: work goes on when its user is signed out. */
  readonly revocation: Pick<Revocation, 'watch'> | undefined
  readonly caller: SignedInToken
  /** Ends the work for another reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Does work that ends when its user is signed out: then its signal aborts, and this rejects with `signed_out`, also where the work pays no
 * heed or is done. For a user who is signed out already, nothing is begun.
 */
export async function whileSignedIn<T>(
  { revocation, caller, signal }: OwnedWork,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (revocation === undefined) return work(signal)
  const ends = linkedAbort(signal)
  const over: { failure?: OnBehalfOfError } = {}
  let unwatch = (): void => undefined
  try {
    const done = await new Promise<T>((resolve, reject) => {
      unwatch = revocation.watch(caller, (failure) => {
        over.failure = failure
        ends.abort(failure)
        reject(failure)
      })
      if (over.failure === undefined) work(ends.signal).then(resolve, reject)
    })
    if (over.failure !== undefined) throw over.failure
    return done
  } catch (thrown) {
    throw over.failure ?? thrown
  } finally {
    unwatch()
    ends.unlink()
  }
}
