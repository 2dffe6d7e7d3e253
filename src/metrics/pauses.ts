import { Gauge, type Registry } from 'prom-client'
import type { Clock } from '../time/clock.js'

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
      for (const [issuer, untilMs] of pauses) this.set({ issuer }, untilMs > clock() ? 1 : 0)
    },
  })
  return {
    set: (issuer, pausedUntilMs) => {
      pauses.set(issuer, pausedUntilMs)
    },
  }
}
