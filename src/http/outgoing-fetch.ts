import { z } from 'zod'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { createSecureContext, type SecureContext } from 'node:tls'
import { Secret } from '../secret.js'
import type { Fetch } from './fetch-json.js'
import { createProxyBypass } from './proxy-bypass.js'
import { rememberSender } from './sender-of-fetch.js'
import { trustedAuthorities } from './trusted-authorities.js'
import type { WaysOut, WaysOutOptions } from './ways-out.js'

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
  const prepared = prepare(options)
  // undici is large, and many a process never calls anybody.
  let loading: Promise<WaysOut> | undefined
  let isClosed = false
  const waysOut = (): Promise<WaysOut> => {
    if (isClosed) return Promise.reject(new TypeError('the connections are closed'))
    loading ??= import('./ways-out.js').then(({ createWaysOut }) => createWaysOut(prepared))
    return loading
  }
  const fetch: Fetch = async (input, init) => (await waysOut()).fetch(input, init)
  rememberSender(fetch, async (call) => (await waysOut()).send(call))
  return {
    fetch,
    close: async () => {
      isClosed = true
      await (await loading)?.close()
    },
  }
}

/** What of the options can be wrong is found out now, not at the first call. */
function prepare(options: OutgoingFetchOptions): WaysOutOptions {
  const { proxy = {}, certificateAuthorities: ca = [], clientCertificate } = options
  return {
    connections: options.connections ?? 64,
    keepAliveTimeout: options.keepAliveMs ?? 30_000,
    proxies: { 'http:': proxyUrl(proxy.http), 'https:': proxyUrl(proxy.https) },
    bypasses: createProxyBypass(proxy.noProxy ?? []),
    proxyContext: secureContext(ca),
    requestContext: secureContext(ca, clientCertificate),
  }
}

function proxyUrl(proxy: URL | Secret | undefined): URL | undefined {
  return proxy instanceof Secret ? new URL(proxy.reveal()) : proxy
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
