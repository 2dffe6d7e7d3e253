import { createIssuer, type Issuer, type IssuerOptions } from '../identity/issuer-keys.js'

/**
 * Creates the view on a transmitter of security events: where its keys are is said at `/.well-known/ssf-configuration` (Shared Signals
 * Framework 1.0 §7.2), which stands between the host and the path of the issuer, unless `jwksUrl` says it. Fetches nothing until it is asked.
 *
 * Throws a `TypeError` for addresses that are not secure.
 *
 * @category Signing out
 */
export function createTransmitter(options: Omit<IssuerOptions, 'metadataUrl'>): Issuer {
  const { issuer, jwksUrl } = options
  const hasPlace = jwksUrl !== undefined || !URL.canParse(issuer)
  return createIssuer({ ...options, metadataUrl: hasPlace ? undefined : configurationOf(issuer) })
}

function configurationOf(issuer: string): string {
  const { origin, pathname } = new URL(issuer)
  return `${origin}/.well-known/ssf-configuration${pathname.replace(/\/$/, '')}`
}
