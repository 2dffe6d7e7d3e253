import type { Request } from 'express'
import { stateOf, type RequestSize } from './request-state.js'

type Count = (size: RequestSize) => void

/**
 * Runs `count` once the size of the request is known: at once where its body has been parsed, else when `jsonBody`
 * has parsed it. What `count` throws goes to the error handler.
 */
export function whenSizeIsKnown(req: Request, count: Count): void {
  const state = stateOf(req)
  if (state.size === undefined) (state.counts ??= []).push(count)
  else count(state.size)
}

/** Reports the size of the request to the limits that wait for it. */
export function announceSize(req: Request, size: RequestSize): void {
  const state = stateOf(req)
  const counts = state.counts ?? []
  state.size = size
  state.counts = []
  for (const count of counts) count(size)
}
