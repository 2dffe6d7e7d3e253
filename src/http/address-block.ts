/** The groups of 16 bits in a /56, the last of them by half. */
const GROUPS = 4

/**
 * The addresses that one subscriber has, as one text: an IPv4 address alone, an IPv6 address by its /56. `address` is what
 * `parseAddress` gives.
 */
export function addressBlock(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const before = groupsOf(head)
  const after = groupsOf(tail ?? '')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0)
  const groups = [...before, ...zeros, ...after].slice(0, GROUPS)
  const last = (groups.pop() ?? 0) & 0xff00
  return `${[...groups, last].map((group) => group.toString(16)).join(':')}::/56`
}

function groupsOf(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}
