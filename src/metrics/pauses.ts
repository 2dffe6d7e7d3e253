import { Gauge, type Registry } from 'prom-client'
import type { Clock } from '../time/clock.js'

/** No pause is longer: what seems so comes from a clock that was set back. */
const LONGEST_MS = 60_000

/** Shows for which authorization servers exchanges pause: a pause ends by itself, so it is looked at when it is asked for. */
export function createPauses(
  name: string,
  { registers, clock }: { readonly registers: Registry[]; readonly clock: Clock },
): { set(issuer: string, pausedUntilMs: number): void } {
  const pauses = new Map<string, number>()
  new Gauge({
    name,
    help: '1 while exchanges at an authorization server wait because it asked for that.',
    labelNames: ['issuer'],
    registers,
    collect() {
      for (const [issuer, untilMs] of pauses) {
        const leftMs = untilMs - clock()
        this.set({ issuer }, leftMs > 0 && leftMs <= LONGEST_MS ? 1 : 0)
      }
    },
  })
  return {
    set: (issuer, pausedUntilMs) => {
      pauses.set(issuer, pausedUntilMs)
    },
  }
}
