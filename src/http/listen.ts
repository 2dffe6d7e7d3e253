import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What stands for this machine, whichever of its two loopback addresses a client's `localhost` means. */
const LOOPBACKS = ['127.0.0.1', '::1']
/** How often another free port is tried, where the first is taken on the other loopback. */
const ATTEMPTS = 20

export interface ListenOptions {
  /** `localhost` for both loopback addresses. */
  readonly host: string
  /** 0 takes any free port, the same on both. */
  readonly port: number
  readonly createServer: () => Server
}

export interface Listening {
  readonly servers: readonly Server[]
  readonly port: number
}

/**
 * Listens at an address, or at both loopback addresses for `localhost`, since clients differ about which of them that is.
 * A machine without one of them has the other alone.
 *
 * Rejects when the address cannot be had, also where the port is taken on one of the two: clients would reach whatever
 * listens there.
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listenOnce(options)
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!taken || options.port !== 0 || attempt === ATTEMPTS) throw error
    }
  }
}

async function listenOnce({ host, port, createServer }: ListenOptions): Promise<Listening> {
  if (host !== 'localhost') {
    const server = createServer()
    return { servers: [server], port: await listening(server, host, port) }
  }
  const servers: Server[] = []
  let taken = port
  let absent: unknown
  for (const address of LOOPBACKS) {
    const server = createServer()
    try {
      taken = await listening(server, address, taken)
      servers.push(server)
    } catch (error) {
      if (!isAbsent(error)) {
        await Promise.all(servers.map(closed))
        throw error
      }
      absent = error
    }
  }
  if (servers.length === 0) throw absent
  return { servers, port: taken }
}

/** Whether a machine, or a container, does not have an address or its family at all. */
function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT'
}

function listening(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
  })
}
