import { readFileSync } from 'node:fs'
import type { RawClient } from './raw-client.js'

const ESTABLISHED = '01'

/** How many of the connections are open at the side of the server, as Linux has them (proc(5), `/proc/net/tcp`). */
export function openAtServer(clients: readonly RawClient[]): number {
  const open = new Set(
    readFileSync('/proc/net/tcp', 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === ESTABLISHED)
      .map(([, local = '', remote = '']) => `${portOf(local)} ${portOf(remote)}`),
  )
  return clients.filter(({ ports }) => open.has(`${ports.server} ${ports.client}`)).length
}

function portOf(address: string): number {
  return Number.parseInt(address.split(':')[1] ?? '', 16)
}
