import type { Config } from '../../src/config/config.js'

/** Which setting names the issuer, or the tenant whose it is. */
export function issuerSetting(config: Config, name: string): string {
  const { issuer, exchange, apis, tenants } = config
  const named = tenants.families.find((family) => family.includes(name)) ?? [name]
  if (named.includes(issuer.primary)) return primarySetting(config)
  if (named.some((one) => issuer.additional.includes(one))) return 'ADDITIONAL_ISSUERS'
  if (tenants.issuers.includes(name)) return 'ALLOWED_TENANTS'
  if (exchange.issuer === name) return 'EXCHANGE_ISSUER'
  const ofApi = Object.values(apis).find((api) => api.exchange?.issuer === name)
  return ofApi === undefined ? 'EXCHANGE_ISSUER' : `${ofApi.names.exchange}.issuer`
}

function primarySetting({ identityProvider }: Config): string {
  return identityProvider.name === 'auth0' ? 'AUTH0_DOMAIN (or ISSUER_BASE_URL)' : 'ISSUER_BASE_URL'
}
