import type { Request } from 'express'
import { addressBlock } from '../src/http/address-block.js'
import { parseAddress } from '../src/http/parse-address.js'

type Trust = (address: string, hop: number) => boolean

/**
 * The address of the client, as far as the proxies that Express trusts (`trust proxy`) tell it.
 *
 * As `req.ip`, but always an IP address, in one spelling: ports are cut off, and an entry of X-Forwarded-For that is
 * no address counts as the proxy that sent it. `undefined` where the connection has no address, or none any more.
 */
export function clientAddressOf(req: Request): string | undefined {
  const trust = trustOf(req)
  let address = parseAddress(req.socket.remoteAddress)
  for (const [hop, entry] of forwardedFor(req).entries()) {
    if (!trust(address ?? '', hop)) break
    const next = parseAddress(entry)
    if (next === undefined) break
    address = next
  }
  return address
}

/** By what the requests of one address are counted together: IPv6 by /56, since one subscriber has many. */
export function addressBlockOf(req: Request): string {
  const address = clientAddressOf(req)
  return address === undefined ? 'unknown' : addressBlock(address)
}

/** Whether a proxy has told an address that is not believed, since Express does not trust the proxy. */
export function forwardedForIsIgnored(req: Request): boolean {
  const proxy = parseAddress(req.socket.remoteAddress)
  return forwardedFor(req).length > 0 && !trustOf(req)(proxy ?? '', 0)
}

/** The nearest hop first. */
function forwardedFor(req: Request): readonly string[] {
  const header = req.headers['x-forwarded-for']
  const text = Array.isArray(header) ? header.join(',') : (header ?? '')
  return text === '' ? [] : text.split(',').reverse()
}

function trustOf(req: Request): Trust {
  return req.app.get('trust proxy fn') as Trust
}
