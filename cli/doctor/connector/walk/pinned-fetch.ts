import { createSecureContext } from 'node:tls'
import type { LookupFunction } from 'node:net'
import { Agent, fetch as undiciFetch } from 'undici'
import type { Fetch } from '../../../../src/http/fetch-json.js'
import { trustedAuthorities } from '../../../../src/http/trusted-authorities.js'
import type { HostAddresses } from './host-addresses.js'

export interface PinnedFetch {
  readonly fetch: Fetch
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 10_000
const OUT_OF_REACH = 'no address within reach'

/**
 * A `fetch` that connects to nothing but the addresses that the walk may reach, whatever a name resolves to by then.
 * `certificateAuthorities` (PEM) are trusted beside those of Node.js. No proxy is used: it would resolve the names by itself.
 */
export function createPinnedFetch(
  { reachable }: HostAddresses,
  certificateAuthorities: readonly string[],
): PinnedFetch {
  const lookup: LookupFunction = (hostname, { all }, callback) => {
    reachable(hostname).then(
      (addresses) => {
        const entries = addresses.map((address) => ({
          address,
          family: address.includes(':') ? 6 : 4,
        }))
        const [first] = entries
        if (first === undefined) callback(new Error(OUT_OF_REACH), '', 0)
        else if (all === true) callback(null, entries)
        else callback(null, first.address, first.family)
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error('the name cannot be resolved'), '', 0)
      },
    )
  }
  const secureContext =
    certificateAuthorities.length === 0
      ? undefined
      : createSecureContext({ ca: trustedAuthorities(certificateAuthorities) })
  const agent = new Agent({
    connect: {
      lookup,
      timeout: CONNECT_TIMEOUT_MS,
      ...(secureContext === undefined ? {} : { secureContext }),
    },
  })
  const fetch = (async (input: string | URL, init?: RequestInit) => {
    // An address in place of a name is never looked up.
    const addresses = await reachable(new URL(input).hostname)
    if (addresses.length === 0) throw new TypeError(OUT_OF_REACH)
    return undiciFetch(input, { ...init, dispatcher: agent } as Parameters<typeof undiciFetch>[1])
  }) as unknown as Fetch
  return { fetch, close: () => agent.destroy() }
}
