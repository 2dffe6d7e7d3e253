import { isLoopback } from './is-loopback.js'

export { isLoopback }

/** From where an endpoint was learnt, and what that allows. */
export interface EndpointTrust {
  readonly issuer: string
  /** Accept plain http on any host. Default false. */
  readonly dangerouslyAllowHttp?: boolean | undefined
}

/**
 * Whether an endpoint may be talked to: https, or plain http where the issuer that names it is itself
 * plain http (which configuration allows on loopback, or with a setting that shouts) on the same host. The setting that
 * shouts allows plain http on other hosts too: an issuer may have one name outside and another inside.
 */
export function isSecureUrl(endpoint: string, trust: EndpointTrust): boolean {
  const url = new URL(endpoint)
  if (url.protocol === 'https:') return true
  if (url.protocol !== 'http:') return false
  if (trust.dangerouslyAllowHttp === true) return true
  const trusted = new URL(trust.issuer)
  return trusted.protocol === 'http:' && url.hostname === trusted.hostname
}

/** Whether a URL is https, or plain http on this machine. */
export function isHttpsOrLoopback(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
}
