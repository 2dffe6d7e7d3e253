import { isIPv4, isIPv6 } from 'node:net'

/** The longest text of an IPv6 address with a zone, a port and brackets. */
const LONGEST = 100
const WITH_PORT = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/
const MAPPED = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/

/**
 * Reads an IP address as proxies write it: with a port (`192.0.2.1:443`, `[2001:db8::1]:443`) or without.
 *
 * The result has one text for one address: no port, no zone, IPv6 compressed and in lower case, IPv4 in IPv6 as
 * IPv4. `undefined` for anything else, `unknown` and host names included.
 */
export function parseAddress(text: string | undefined): string | undefined {
  if (text === undefined || text.length > LONGEST) return undefined
  const trimmed = text.trim()
  const [, bracketed, dotted] = WITH_PORT.exec(trimmed) ?? []
  const bare = (bracketed ?? dotted ?? trimmed).replace(/%[\w.-]+$/, '')
  if (isIPv4(bare)) return bracketed === undefined ? bare : undefined
  return isIPv6(bare) ? canonical(bare) : undefined
}

function canonical(address: string): string {
  const compressed = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [, high, low] = MAPPED.exec(compressed) ?? []
  if (high === undefined || low === undefined) return compressed
  const bytes = [high, low].flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
  return bytes.join('.')
}
