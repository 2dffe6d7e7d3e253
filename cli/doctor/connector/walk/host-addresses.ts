import { lookup } from 'node:dns/promises'
import { addressKind, mayReach, type AddressKind } from './address-reach.js'

/** Resolves a host name to all its addresses; rejects as `dns.lookup` does. */
export type Resolve = (hostname: string) => Promise<readonly string[]>

/** The addresses of a walk's hosts. */
export interface HostAddresses {
  /**
   * The addresses at which the walk may call a host: `[]` where it has none but those out of reach. Rejects where the name
   * cannot be resolved. Each name is resolved once, so that a second answer cannot lead elsewhere (DNS rebinding).
   */
  readonly reachable: (hostname: string) => Promise<readonly string[]>
  /** How far away the host of the endpoint is. */
  readonly kind: () => Promise<AddressKind>
}

/** By the resolver of this machine. */
export const systemResolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address)

/** Keeps the addresses of a walk that begins at `endpoint`. */
export function createHostAddresses(endpoint: URL, resolve: Resolve): HostAddresses {
  const resolved = new Map<string, Promise<readonly string[]>>()
  const addressesOf = (hostname: string): Promise<readonly string[]> => {
    const bare = hostname.replace(/^\[|\]$/g, '')
    if (addressKind(bare) !== undefined) return Promise.resolve([bare])
    const known = resolved.get(bare) ?? resolve(bare)
    resolved.set(bare, known)
    return known
  }
  const kind = async (): Promise<AddressKind> => kindOf(await addressesOf(endpoint.hostname))
  return {
    kind,
    reachable: async (hostname) => {
      const [addresses, from] = await Promise.all([addressesOf(hostname), kind()])
      return addresses.filter((address) => {
        const to = addressKind(address)
        return to !== undefined && mayReach(from, to)
      })
    },
  }
}

/** Where a name has addresses of several kinds, the farthest counts: it allows the least. */
function kindOf(addresses: readonly string[]): AddressKind {
  const kinds = new Set(addresses.map(addressKind))
  const order = ['public', 'link_local', 'private', 'loopback'] as const
  return order.find((one) => kinds.has(one)) ?? 'public'
}
