import type { Server } from 'node:http'

export function serveChild<Settings>(program: {
  /** Resolves with the port. */
  readonly start: (settings: Settings) => Promise<number>
  readonly count?: () => number
  readonly act?: (settings: unknown) => unknown
}): void

export function listenOnLoopback(server: Server): Promise<number>
