import { setTimeout as pause } from 'node:timers/promises'

const LOOK_EVERY_MS = 50

/** Waits until something holds; rejects when that takes longer than `withinMs`. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  withinMs: number,
): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`it took longer than ${withinMs} ms`)
    await pause(LOOK_EVERY_MS)
  }
}
