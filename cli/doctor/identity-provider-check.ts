import type { Config } from '../../src/config/config.js'
import { ok, warning, type Finding } from './finding.js'

const CHECK = 'identity_provider'

/** Which identity provider the deployment has, and how it came to be that one. */
export function checkIdentityProvider({ identityProvider, issuer }: Config): Finding {
  const { name, title, by, contradicts } = identityProvider
  if (contradicts !== undefined) {
    return warning(
      CHECK,
      `IDENTITY_PROVIDER is ${name}, and the issuer ${issuer.primary} is plainly one of ${contradicts}.`,
      `Remove IDENTITY_PROVIDER, unless ${issuer.primary} really is ${title}: its tokens and answers are read as those of ${title}.`,
    )
  }
  if (by === 'set') return ok(CHECK, `${title}, chosen by IDENTITY_PROVIDER.`)
  return name === 'generic'
    ? ok(
        CHECK,
        `An authorization server as the specifications have it: ${issuer.primary} is plainly that of no provider known by name.`,
        'If it is Entra, Keycloak, Okta or another one of docs/authorization-servers.md behind a domain of your own, set IDENTITY_PROVIDER.',
      )
    : ok(CHECK, `${title}, found from the issuer ${issuer.primary}.`)
}
