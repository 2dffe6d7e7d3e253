import { isIPv4 } from 'node:net'
import { parseAddress } from '../../../../src/http/parse-address.js'

/** How far from this machine an address is. */
export type AddressKind = 'loopback' | 'link_local' | 'private' | 'public'

/** The IPv6 prefixes that are not public, as the address begins in its shortest spelling. */
const PRIVATE_V6 = /^(?:f[cd]|::$|100:|2001:db8:|64:ff9b:|2002:|2001:0?:|ff)/
const LINK_LOCAL_V6 = /^fe[89ab]/

/** Says how far an IP address is; `undefined` for what is none. Everything that is not in the internet counts as private. */
export function addressKind(text: string): AddressKind | undefined {
  const address = parseAddress(text)
  if (address === undefined) return undefined
  if (isIPv4(address)) return kindOfV4(address.split('.').map(Number))
  if (address === '::1') return 'loopback'
  if (LINK_LOCAL_V6.test(address)) return 'link_local'
  // An IPv4 address in IPv6 that `parseAddress` leaves as it is: nobody reaches a server of the internet by it.
  return PRIVATE_V6.test(address) || address.startsWith('::') ? 'private' : 'public'
}

function kindOfV4([first = 0, second = 0, third = 0]: readonly number[]): AddressKind {
  if (first === 127) return 'loopback'
  if (first === 169 && second === 254) return 'link_local'
  const isPrivate =
    first === 0 ||
    first === 10 ||
    (first === 100 && second >= 64 && second < 128) ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && (second === 168 || (second === 0 && (third === 0 || third === 2)))) ||
    (first === 198 && (second === 18 || second === 19 || (second === 51 && third === 100))) ||
    (first === 203 && second === 0 && third === 113) ||
    first >= 224
  return isPrivate ? 'private' : 'public'
}

/**
 * Whether a walk that began at an address of one kind may go on to another.
 *
 * What a server of the internet names must not reach the network of whoever asks; what a server of a private network
 * names must not reach this machine. A link-local address (where clouds keep credentials) is only reached where the walk began there.
 */
export function mayReach(from: AddressKind, to: AddressKind): boolean {
  switch (to) {
    case 'public':
      return true
    case 'private':
      return from !== 'public' && from !== 'link_local'
    case 'loopback':
      return from === 'loopback'
    case 'link_local':
      return from === 'link_local'
  }
}
