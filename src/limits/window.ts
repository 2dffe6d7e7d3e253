import type { SharedCounts } from '../store/shared-state.js'
import type { Clock } from '../time/clock.js'
import { SharedWindow } from './shared-window.js'
import { UserWindow, type Overdraft } from './user-window.js'

/** How much each user may use up in a minute, and who counts it. */
export interface WindowOptions {
  readonly limit: number
  /** What is counted: in a store, another name is another count. */
  readonly name: string
  /** Counts in all instances together. Default: in this process alone. */
  readonly shared?: SharedCounts | undefined
  readonly clock?: Clock | undefined
}

/** Counts what each user uses up in a minute, in this process or in all that share a store. */
export type Window = UserWindow | SharedWindow

/** `undefined` for the limit 0: there is none. */
export function createWindow({ limit, name, shared, clock }: WindowOptions): Window | undefined {
  if (limit === 0) return undefined
  return shared === undefined
    ? new UserWindow({ limit, clock })
    : new SharedWindow({ ...shared, limit, name, clock })
}

/** Goes on with what has been counted: at once, unless a store has to be asked. */
export function whenCounted<T>(
  counted: Overdraft | undefined | Promise<Overdraft | undefined>,
  goOn: (overdraft: Overdraft | undefined) => T | Promise<T>,
): T | Promise<T> {
  return counted instanceof Promise ? counted.then(goOn) : goOn(counted)
}
