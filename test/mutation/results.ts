import { readFileSync, writeFileSync } from 'node:fs'
import type { Room } from './rooms.js'

const PATH = new URL('./results.json', import.meta.url)

/** What the mutants of one room came to. */
export interface RoomResult {
  /** Noticed by a failing test, or by one that no longer ended. */
  readonly killed: number
  readonly survived: number
  /** In lines that no test runs. */
  readonly uncovered: number
}

export type Results = Readonly<Partial<Record<Room, RoomResult>>>

/** Of a hundred mutants, how many were noticed; with one decimal, rounded down. */
export function scoreOf({ killed, survived, uncovered }: RoomResult): number {
  const all = killed + survived + uncovered
  return all === 0 ? 100 : Math.floor((killed / all) * 1_000) / 10
}

/** The results that the last full run of each room left. */
export function readResults(): Results {
  return JSON.parse(readFileSync(PATH, 'utf8')) as Results
}

/** Keeps the results of the rooms that were run, beside those of the others. */
export function writeResults(results: Results): void {
  writeFileSync(PATH, `${JSON.stringify({ ...readResults(), ...results }, undefined, 2)}\n`)
}
