import { OnBehalfOfError } from '../../src/failures/errors.js'

/** What `run` throws; fails the test when it throws nothing. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('expected an error, and none was thrown')
}

/** The `OnBehalfOfError` that `run` throws; fails the test for any other outcome. */
export function failureThrownBy(run: () => unknown): OnBehalfOfError {
  return ours(thrownBy(run))
}

/** The `OnBehalfOfError` with which `promise` rejects; fails the test for any other outcome. */
export async function failureOf(promise: Promise<unknown>): Promise<OnBehalfOfError> {
  const outcome = await promise.then(
    () => new Error('expected a rejection, and the promise was fulfilled'),
    (error: unknown) => error,
  )
  return ours(outcome)
}

function ours(error: unknown): OnBehalfOfError {
  if (error instanceof OnBehalfOfError) return error
  throw new Error('expected an OnBehalfOfError', { cause: error })
}

export interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: Error): void
}

/** A promise that the test settles by hand. */
export function deferred<T = void>(): Deferred<T> {
  let resolve!: (value: T) => void
  let reject!: (error: Error) => void
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
