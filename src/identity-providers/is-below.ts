/** Creates the test whether an issuer is on one of these domains or below. */
export function isBelow(...domains: readonly string[]): (issuer: URL) => boolean {
  return ({ hostname }) => domains.some((domain) => hostname.endsWith(`.${domain}`))
}
