import { BlockList, isIP } from 'node:net'
import { isLoopback } from './is-loopback.js'

type Matches = (target: Target) => boolean

interface Target {
  /** In lower case, without brackets and without a dot at the end. */
  readonly host: string
  readonly port: number
}

/**
 * Decides which URLs are reached without a proxy, by a list as in `NO_PROXY`: host names (they stand for all names
 * below them too), addresses, subnets, each with a port where only that is meant; `*` alone for everything.
 *
 * This machine is never reached through a proxy. Names are not resolved: a subnet is for URLs that have an address.
 */
export function createProxyBypass(entries: readonly string[]): (url: URL) => boolean {
  const matchers = entries.map(matcherOf)
  return (url) => {
    if (isLoopback(url)) return true
    const host = bare(url.hostname)
    const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port)
    return matchers.some((matches) => matches({ host, port }))
  }
}

/** Whether an entry of such a list can be understood. */
export function isProxyBypassEntry(entry: string): boolean {
  const { name, port } = partsOf(entry)
  if (port !== undefined && port > 65_535) return false
  const [address = '', prefix] = name.split('/')
  if (prefix === undefined)
    return /^[^/\s?#@]+$/.test(name) && (isIP(name) !== 0 || !name.includes(':'))
  const family = isIP(address)
  return family !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128)
}

function matcherOf(entry: string): Matches {
  const { name, port } = partsOf(entry)
  const named = nameMatcher(name)
  return (target) => (port === undefined || port === target.port) && named(target)
}

function nameMatcher(name: string): Matches {
  if (name.includes('/')) return subnetMatcher(name)
  if (isIP(name) !== 0) return subnetMatcher(`${name}/${isIP(name) === 4 ? 32 : 128}`)
  if (name === '*') return () => true
  const suffix = name.replace(/^\*?\./, '')
  if (!suffix.includes('*')) return ({ host }) => host === suffix || host.endsWith(`.${suffix}`)
  const literal = suffix.split('*').map((part) => part.replaceAll(/[^a-z0-9]/g, '\\$&'))
  const pattern = new RegExp(`^(?:.*\\.)?${literal.join('.*')}$`)
  return ({ host }) => pattern.test(host)
}

function subnetMatcher(subnet: string): Matches {
  const [address = '', prefix] = subnet.split('/')
  const list = new BlockList()
  list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6')
  return ({ host }) => isIP(host) !== 0 && list.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6')
}

/** `host`, `host:port`, `[address]:port`; an IPv6 address may stand without brackets where it has no port. */
function partsOf(entry: string): { readonly name: string; readonly port: number | undefined } {
  const [, bracketed, plain, port] = /^(?:(\[[^\]]*\])|([^:]*))(?::(\d{1,5}))?$/.exec(entry) ?? []
  const name = bare(bracketed ?? plain ?? entry)
  return { name, port: port === undefined ? undefined : Number(port) }
}

function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
}
