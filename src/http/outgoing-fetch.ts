import { z } from 'zod'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { createSecureContext, type SecureContext } from 'node:tls'
import { Agent, fetch as undiciFetch, type Dispatcher } from 'undici'
import { Secret } from '../secret.js'
import { withoutUndefined } from '../options/without-undefined.js'
import { wantsFreshConnection } from './fresh-connection.js'
import { createProxyBypass } from './proxy-bypass.js'
import { createProxyDispatcher } from './proxy-dispatcher.js'
import { trustedAuthorities } from './trusted-authorities.js'

/** A `fetch` with connections of its own, and how to end them. */
export interface OutgoingFetch {
  /** As the global `fetch`, over these connections. */
  readonly fetch: typeof globalThis.fetch
  /** Ends idle connections and waits for calls under way. */
  close(): Promise<void>
}

/** How `createOutgoingFetch` reaches other servers. */
export interface OutgoingFetchOptions {
  /** Connections to one origin at a time; further calls wait. Default 64. */
  readonly connections?: number | undefined
  /** How long an idle connection is kept, in milliseconds. Default 30000. */
  readonly keepAliveMs?: number | undefined
  /** Presented to every server that asks for one (mutual TLS, RFC 8705 §2): use such a `fetch` for nothing else. */
  readonly clientCertificate?: ClientCertificate | undefined
  /** Trusted beside those that Node.js trusts: PEM, one certificate each. */
  readonly certificateAuthorities?: readonly string[] | undefined
  /** Default: none. The environment is not read. */
  readonly proxy?: OutgoingProxy | undefined
}

/** The certificate that a client proves itself with, and its private key. */
export interface ClientCertificate {
  /** PEM. */
  readonly certificate: string
  /** PEM. */
  readonly key: Secret
}

/** Which proxy stands in front of which servers. User name and password belong into its URL; no error shows them. */
export interface OutgoingProxy {
  /** In front of `http:` URLs. */
  readonly http?: URL | Secret | undefined
  /** In front of `https:` URLs. */
  readonly https?: URL | Secret | undefined
  /**
   * What is reached directly: hosts (with all below them), addresses, subnets, each with `:port` where only that is
   * meant; `*` for everything. This machine always is.
   */
  readonly noProxy?: readonly string[] | undefined
}

const PROXY = z
  .union([z.instanceof(URL), z.instanceof(Secret)], 'must be a URL, or a Secret with one')
  .optional()

const OPTIONS = optionsSchema<OutgoingFetchOptions>({
  connections: optionValues.count.optional(),
  keepAliveMs: optionValues.whole.optional(),
  clientCertificate: optionsSchema<ClientCertificate>({
    certificate: optionValues.text('a certificate in PEM'),
    key: z.instanceof(Secret, { error: "must be a Secret: new Secret('…')" }),
  }).optional(),
  certificateAuthorities: optionValues.texts('a certificate in PEM').optional(),
  proxy: optionsSchema<OutgoingProxy>({
    http: PROXY,
    https: PROXY,
    noProxy: optionValues.texts('a host').optional(),
  }).optional(),
})

/** For connecting, TLS included. */
const CONNECT_TIMEOUT_MS = 5_000

/**
 * Creates a `fetch` with a connection pool of its own: through a proxy, with further certificate authorities, or with
 * a client certificate.
 *
 * Rejects as `fetch` does; a failure of the proxy is a `ProxyError`, as the cause. Its `Response` is a class of
 * undici, so `instanceof Response` does not hold. Throws for unusable certificates and keys.
 *
 * @category Calling the API
 */
export function createOutgoingFetch(options: OutgoingFetchOptions = {}): OutgoingFetch {
  assertOptions('createOutgoingFetch', OPTIONS, options)
  const kept = waysOut(options)
  // Without pipelining, undici ends a connection after its one call.
  const fresh = waysOut(options, { pipelining: 0 })
  // undici's own fetch and the global one have the same contract and separately declared types.
  const fetch = ((input: string | URL | Request, init: object | undefined) => {
    const { dispatcher } = wantsFreshConnection(init) ? fresh : kept
    const { url, ...request } = input instanceof Request ? partsOf(input) : { url: input }
    return undiciFetch(url, { ...request, ...init, dispatcher })
  }) as unknown as typeof globalThis.fetch
  return {
    fetch,
    close: async () => {
      await Promise.all([...kept.all, ...fresh.all].map((way) => way.close()))
    },
  }
}

/** undici does not know the global class for one of its own. */
function partsOf({ url, method, headers, body, signal, redirect }: Request) {
  return { url, method, headers: [...headers], body, signal, redirect, duplex: 'half' as const }
}

interface WaysOut {
  readonly dispatcher: Dispatcher
  readonly all: readonly Dispatcher[]
}

function waysOut(
  options: OutgoingFetchOptions,
  calls: { readonly pipelining?: number } = {},
): WaysOut {
  const { proxy = {}, certificateAuthorities: ca = [], clientCertificate } = options
  const pool = {
    ...calls,
    connections: options.connections ?? 64,
    keepAliveTimeout: options.keepAliveMs ?? 30_000,
  }
  const requestContext = secureContext(ca, clientCertificate)
  const connect = {
    timeout: CONNECT_TIMEOUT_MS,
    ...withoutUndefined({ secureContext: requestContext }),
  }
  const direct = new Agent({ ...pool, connect })
  const through = (one: URL | Secret | undefined): Dispatcher | undefined =>
    one === undefined
      ? undefined
      : createProxyDispatcher({
          ...pool,
          proxy: one,
          requestContext,
          timeoutMs: CONNECT_TIMEOUT_MS,
          proxyContext: secureContext(ca),
        })
  const proxies = { 'http:': through(proxy.http), 'https:': through(proxy.https) }
  const bypasses = createProxyBypass(proxy.noProxy ?? [])
  return {
    // For each request, those after a redirect included.
    dispatcher: direct.compose((dispatch) => (request, handler) => {
      const url = new URL(request.origin ?? '')
      const way = url.protocol === 'http:' ? proxies['http:'] : proxies['https:']
      if (way === undefined || bypasses(url)) return dispatch(request, handler)
      return way.dispatch(request, handler)
    }),
    all: [direct, proxies['http:'], proxies['https:']].filter((way) => way !== undefined),
  }
}

/** Made once, since reading all the authorities takes longer than a handshake. */
function secureContext(
  further: readonly string[],
  client?: ClientCertificate,
): SecureContext | undefined {
  if (further.length === 0 && client === undefined) return undefined
  return createSecureContext({
    ca: further.length === 0 ? undefined : trustedAuthorities(further),
    cert: client?.certificate,
    key: client?.key.reveal(),
  })
}
