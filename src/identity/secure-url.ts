const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Whether a URL's host is this machine: `localhost`, `127.0.0.0/8` or `[::1]`, by name alone. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname)
}

/**
 * Whether an endpoint may be talked to: https, or plain http where the issuer that names it is itself
 * plain http (which configuration allows on loopback, or with a setting that shouts).
 */
export function isSecureUrl(endpoint: string, issuer: string): boolean {
  const url = new URL(endpoint)
  if (url.protocol === 'https:') return true
  const trusted = new URL(issuer)
  return (
    url.protocol === 'http:' && trusted.protocol === 'http:' && url.hostname === trusted.hostname
  )
}
