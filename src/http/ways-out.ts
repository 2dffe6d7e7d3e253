import type { SecureContext } from 'node:tls'
import { Agent, fetch as undiciFetch, type Dispatcher } from 'undici'
import { withoutUndefined } from '../options/without-undefined.js'
import type { Fetch } from './fetch-json.js'
import { wantsFreshConnection } from './fresh-connection.js'
import type { HttpSender } from './http-sender.js'
import { createPooledSender } from './pooled-sender.js'
import { createProxyDispatcher } from './proxy-dispatcher.js'

/** The options of `createOutgoingFetch`, read. */
export interface WaysOutOptions {
  readonly connections: number
  /** In milliseconds. */
  readonly keepAliveTimeout: number
  /** What stands in front of the URLs of a scheme. */
  readonly proxies: Readonly<Record<'http:' | 'https:', URL | undefined>>
  /** Whether a URL is reached directly, whatever the proxies. */
  readonly bypasses: (url: URL) => boolean
  /** For the proxies themselves. */
  readonly proxyContext: SecureContext | undefined
  /** For all other servers. */
  readonly requestContext: SecureContext | undefined
}

/** Connections, and the two ways to use them. */
export interface WaysOut {
  readonly fetch: Fetch
  readonly send: HttpSender
  /** Ends idle connections and waits for calls under way. */
  close(): Promise<void>
}

/** For connecting, TLS included. */
const CONNECT_TIMEOUT_MS = 5_000

/** Creates the connections that `createOutgoingFetch` describes. This is the one module that loads undici. */
export function createWaysOut(options: WaysOutOptions): WaysOut {
  const kept = createWay(options)
  // Without pipelining, undici ends a connection after its one call.
  const fresh = createWay(options, { pipelining: 0 })
  // undici's own fetch and the global one have the same contract and separately declared types.
  const fetch = ((input: string | URL | Request, init: object | undefined) => {
    const { dispatcher } = wantsFreshConnection(init) ? fresh : kept
    const { url, ...request } = input instanceof Request ? partsOf(input) : { url: input }
    return undiciFetch(url, { ...request, ...init, dispatcher })
  }) as unknown as Fetch
  return {
    fetch,
    send: createPooledSender({ kept: kept.dispatcher, fresh: fresh.dispatcher }),
    close: async () => {
      await Promise.all([...kept.all, ...fresh.all].map((way) => way.close()))
    },
  }
}

/** undici does not know the global class for one of its own. */
function partsOf({ url, method, headers, body, signal, redirect }: Request) {
  return { url, method, headers: [...headers], body, signal, redirect, duplex: 'half' as const }
}

interface Way {
  readonly dispatcher: Dispatcher
  readonly all: readonly Dispatcher[]
}

function createWay(options: WaysOutOptions, calls: { readonly pipelining?: number } = {}): Way {
  const { connections, keepAliveTimeout, requestContext, proxyContext } = options
  const pool = { ...calls, connections, keepAliveTimeout }
  const connect = {
    timeout: CONNECT_TIMEOUT_MS,
    ...withoutUndefined({ secureContext: requestContext }),
  }
  const direct = new Agent({ ...pool, connect })
  const through = (proxy: URL | undefined): Dispatcher | undefined =>
    proxy === undefined
      ? undefined
      : createProxyDispatcher({
          ...pool,
          ...{ proxy, requestContext, proxyContext },
          timeoutMs: CONNECT_TIMEOUT_MS,
        })
  const http = through(options.proxies['http:'])
  const https = through(options.proxies['https:'])
  if (http === undefined && https === undefined) return { dispatcher: direct, all: [direct] }
  return {
    // For each request, those after a redirect included.
    dispatcher: direct.compose((dispatch) => (request, handler) => {
      const url = new URL(request.origin ?? '')
      const way = url.protocol === 'http:' ? http : https
      if (way === undefined || options.bypasses(url)) return dispatch(request, handler)
      return way.dispatch(request, handler)
    }),
    all: [direct, http, https].filter((way) => way !== undefined),
  }
}
