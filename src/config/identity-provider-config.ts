import type {
  IdentityProvider,
  IdentityProviderName,
} from '../identity-providers/identity-provider.js'
import {
  chooseProvider,
  exchangeIssuerIssue,
  identityProviderOf,
  IDENTITY_PROVIDERS,
  type ChosenProvider,
} from '../identity-providers/identity-providers.js'
import { issuersOfTenants, type TenantIssuers } from '../identity-providers/issuers-of-tenants.js'
import type { ApiConfig } from './api-config.js'
import type { ConfigIssue } from './config-error.js'
import { issuerOf } from './issuer-of.js'
import type { SettingValues } from './settings.js'

/** Whose habits count, and how that came about. */
export interface IdentityProviderConfig {
  readonly name: IdentityProviderName
  readonly title: string
  /** `set`: by IDENTITY_PROVIDER; `issuer`: found from AUTH0_DOMAIN or the issuer. */
  readonly by: ChosenProvider['by']
  /** The title of the one whose issuer it plainly is, where that is another. */
  readonly contradicts: string | undefined
  /** Further tenants whose users may call. */
  readonly allowedTenants: readonly string[]
}

/** The identity provider that the settings name, or that the issuer is plainly of. */
export function providerOf(found: SettingValues): ChosenProvider {
  const { AUTH0_DOMAIN, IDENTITY_PROVIDER } = found
  const plain =
    AUTH0_DOMAIN === undefined
      ? identityProviderOf(issuerOf(found) ?? '')
      : IDENTITY_PROVIDERS.auth0
  return chooseProvider(IDENTITY_PROVIDER, plain)
}

export function identityProviderConfig(found: SettingValues): IdentityProviderConfig {
  const { provider, by, contradicts } = providerOf(found)
  const { name, title } = provider
  const allowedTenants = found.ALLOWED_TENANTS ?? []
  return { name, title, by, contradicts: contradicts?.title, allowedTenants }
}

/** Every issuer of the tenants that the settings allow. */
export function tenantsOf(found: SettingValues): TenantIssuers {
  const configured = [issuerOf(found) ?? '', ...(found.ADDITIONAL_ISSUERS ?? [])]
  return issuersOfTenants(configured, found.ALLOWED_TENANTS ?? [], providerOf(found).provider)
}

/** What is wrong with the tenants and issuers that the settings name, at this identity provider. */
export function identityProviderIssues(
  found: SettingValues,
  ofFile: Readonly<Record<string, ApiConfig>> = {},
): readonly ConfigIssue[] {
  const { provider } = providerOf(found)
  return [
    ...issuerIssues(found, provider),
    ...exchangeIssuerIssues(found, ofFile),
    ...tenantIssues(found, provider),
  ]
}

function exchangeIssuerIssues(
  found: SettingValues,
  ofFile: Readonly<Record<string, ApiConfig>>,
): readonly ConfigIssue[] {
  const set = [
    ['EXCHANGE_ISSUER', found.EXCHANGE_ISSUER] as const,
    ...Object.values(ofFile).map(
      ({ names, exchange }) => [names.exchange, exchange?.issuer] as const,
    ),
  ]
  return set.flatMap(([key, value]) => {
    if (value === undefined) return []
    const hint = exchangeIssuerIssue(value, found.ALLOWED_TENANTS ?? [], ONE_PLACE)
    return hint === undefined ? [] : [{ key, value, hint }]
  })
}

const ONE_PLACE =
  'is set together with ALLOWED_TENANTS, and tokens of one tenant cannot be exchanged at another. Remove it: each token is exchanged at its own tenant'

function issuerIssues(
  found: SettingValues,
  { issuerIssue }: IdentityProvider,
): readonly ConfigIssue[] {
  const issuers = [
    ['ISSUER_BASE_URL', found.ISSUER_BASE_URL] as const,
    ...(found.ADDITIONAL_ISSUERS ?? []).map((one) => ['ADDITIONAL_ISSUERS', one] as const),
  ]
  return issuers.flatMap(([key, value]) => {
    const hint = value === undefined ? undefined : issuerIssue?.(value)
    return hint === undefined ? [] : [{ key, value, hint }]
  })
}

function tenantIssues(
  { ALLOWED_TENANTS: tenants = [] }: SettingValues,
  { isTenant, title }: IdentityProvider,
): readonly ConfigIssue[] {
  if (isTenant === undefined) {
    const hint = `is for identity providers with tenants, and this is ${title}. Remove it, or set IDENTITY_PROVIDER`
    return tenants.length === 0 ? [] : [{ key: 'ALLOWED_TENANTS', value: tenants.join(' '), hint }]
  }
  return tenants
    .filter((tenant) => !isTenant(tenant))
    .map((value) => ({
      key: 'ALLOWED_TENANTS',
      value,
      hint: 'must be ids of tenants (GUIDs), as they stand in `tid`. common, organizations and consumers stand for tenants that nobody has chosen: name each tenant',
    }))
}
