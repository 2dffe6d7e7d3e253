import { backgroundTimers } from '../time/clock.js'

/** A client that is open as long as it connects, or is connected. */
export interface OpenedClient {
  readonly isOpen: boolean
  connect(): Promise<unknown>
}

const RETRY_MS = 1_000

/** Connects a client, and again where it gives up by itself, as that of a cluster does. Returns how to stop trying. */
export function connectUntilOpen(
  client: OpenedClient,
  gaveUp: (error: unknown) => void = () => undefined,
): () => void {
  let timer: { cancel(): void } | undefined
  let isStopped = false
  const tryOnce = (): void => {
    if (isStopped || client.isOpen) return
    client.connect().catch((error: unknown) => {
      gaveUp(error)
      timer = backgroundTimers.after(RETRY_MS, tryOnce)
    })
  }
  tryOnce()
  return () => {
    isStopped = true
    timer?.cancel()
  }
}
