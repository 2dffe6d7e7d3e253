import { untilAborted } from '../time/until-aborted.js'
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
  const ended = new AbortController()
  const unwatch = revocation.watch(caller, (failure) => {
    ended.abort(failure)
  })
  const reason = (): Error => ended.signal.reason as Error
  try {
    ended.signal.throwIfAborted()
    const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal])
    const done = await untilAborted(work(either), ended.signal, reason)
    ended.signal.throwIfAborted()
    return done
  } catch (thrown) {
    throw ended.signal.aborted ? reason() : thrown
  } finally {
    unwatch()
  }
}
