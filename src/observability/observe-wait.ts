import { OnBehalfOfError } from '../failures/errors.js'
import type { PipelineObserver, TurnWaited } from './pipeline-observer.js'

/** Waits for a turn, and tells the observer for how long; without one it only waits. */
export async function observeWait<T>(
  queue: TurnWaited['queue'],
  observer: PipelineObserver | undefined,
  wait: () => Promise<T>,
): Promise<T> {
  if (observer?.turnWaited === undefined) return wait()
  const startMs = performance.now()
  const tell = (outcome: TurnWaited['outcome']): void => {
    observer.turnWaited?.({ queue, outcome, durationMs: performance.now() - startMs })
  }
  try {
    const turn = await wait()
    tell('turn')
    return turn
  } catch (error) {
    tell(error instanceof OnBehalfOfError ? 'refused' : 'left')
    throw error
  }
}
