import { auth0 } from './auth0.js'
import { cognito } from './cognito.js'
import { entra } from './entra.js'
import { generic } from './generic.js'
import type { IdentityProvider, IdentityProviderName } from './identity-provider.js'
import { keycloak } from './keycloak.js'
import { okta } from './okta.js'
import { workos } from './workos.js'

/** The identity providers by their names. */
export const IDENTITY_PROVIDERS: Readonly<Record<IdentityProviderName, IdentityProvider>> =
  Object.freeze({ auth0, entra, keycloak, okta, workos, cognito, generic })

/** The identity provider that an issuer is plainly of; `generic` where it is none's. */
export function identityProviderOf(issuer: string): IdentityProvider {
  if (!URL.canParse(issuer)) return generic
  const url = new URL(issuer)
  return Object.values(IDENTITY_PROVIDERS).find(({ recognizes }) => recognizes(url)) ?? generic
}

/** The identity provider of a deployment, and how it came to be that one. */
export interface ChosenProvider {
  readonly provider: IdentityProvider
  /** `set`: by an option or a setting; `issuer`: found from the issuer. */
  readonly by: 'set' | 'issuer'
  /** The one whose issuer it plainly is, where that is another than the one that was set. */
  readonly contradicts?: IdentityProvider | undefined
}

/** The identity provider that is set, else the one that was found from the issuer. */
export function chooseProvider(
  name: IdentityProviderName | 'auto' | undefined,
  found: IdentityProvider,
): ChosenProvider {
  if (name === undefined || name === 'auto') return { provider: found, by: 'issuer' }
  const provider = IDENTITY_PROVIDERS[name]
  const contradicts = found === generic || found === provider ? undefined : found
  return { provider, by: 'set', contradicts }
}

/**
 * What is wrong with an issuer at which tokens are to be exchanged, which may be of another identity provider than those of users;
 * `undefined` where nothing is. `ofOneTenant` is the answer where it is of one tenant, and users of several are allowed.
 */
export function exchangeIssuerIssue(
  issuer: string,
  allowedTenants: readonly string[],
  ofOneTenant: string,
): string | undefined {
  const { issuerIssue, familyOf } = identityProviderOf(issuer)
  const isOfOne = allowedTenants.length > 0 && familyOf?.(issuer) !== undefined
  return issuerIssue?.(issuer) ?? (isOfOne ? ofOneTenant : undefined)
}
