import type { Request } from 'express'
import { stateOf, type RequestSize } from './request-state.js'

/** A promise where something else has to be asked first. */
type Count = (size: RequestSize) => Promise<void> | undefined

/**
 * Runs `count` once the size of the request is known: at once where its body has been parsed, else when `jsonBody`
 * has parsed it. What `count` throws, or rejects with, goes to the error handler.
 */
export function whenSizeIsKnown(req: Request, count: Count): Promise<void> | undefined {
  const state = stateOf(req)
  if (state.size !== undefined) return count(state.size)
  ;(state.counts ??= []).push(count)
  return undefined
}

/** Reports the size of the request to the limits that wait for it; `counted` then says whether they have let it in. */
export function announceSize(req: Request, size: RequestSize): void {
  const state = stateOf(req)
  const counts = state.counts ?? []
  state.size = size
  state.counts = []
  for (const count of counts) {
    const counting = count(size)
    if (counting === undefined) continue
    // It is waited for later.
    counting.catch(() => undefined)
    ;(state.counting ??= []).push(counting)
  }
}

/** Settles with what the limits say that ask elsewhere; `undefined` where none does. */
export function counted(req: Request): Promise<unknown> | undefined {
  const { counting } = stateOf(req)
  return counting && Promise.all(counting)
}
