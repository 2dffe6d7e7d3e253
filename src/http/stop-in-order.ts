import type { Timers } from '../time/clock.js'

export interface StopInOrderOptions {
  readonly server: { close(): Promise<void> }
  readonly composed: {
    /** Makes the server say that it stops, while it still answers. */
    readonly announceStop: () => void
    /** Ends the streams that only wait for notifications. */
    readonly drain: () => void
    close(): Promise<void>
  }
  /** How long the server continues to accept requests: a load balancer may not know yet that it stops. */
  readonly delayMs: number
  readonly timers: Timers
}

/** Stops a server: says so, accepts for a while yet, then lets calls under way end, then frees what it holds. */
export async function stopInOrder(options: StopInOrderOptions): Promise<void> {
  const { server, composed, delayMs, timers } = options
  composed.announceStop()
  if (delayMs > 0) {
    await new Promise<void>((resolve) => {
      timers.after(delayMs, resolve)
    })
  }
  const closed = server.close()
  composed.drain()
  try {
    await closed
  } finally {
    // Records of the audit are written there, whatever became of the connections.
    await composed.close()
  }
}
