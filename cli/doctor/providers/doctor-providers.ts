import { hintFor } from '../../../src/exchange/exchange-failure.js'
import type { IdentityProviderName } from '../../../src/identity-providers/identity-provider.js'
import { AUTH0_WORDS } from './auth0-words.js'
import { COGNITO_WORDS } from './cognito-words.js'
import type { DoctorProvider } from './doctor-provider.js'
import { entraSettings } from './entra-settings.js'
import { ENTRA_WORDS } from './entra-words.js'
import { GENERIC } from './generic.js'
import { KEYCLOAK_WORDS } from './keycloak-words.js'
import { oktaSettings } from './okta-settings.js'
import { OKTA_WORDS } from './okta-words.js'
import { WORKOS_WORDS } from './workos-words.js'

/** What the doctor does and says at each identity provider. */
export const DOCTOR_PROVIDERS: Readonly<Record<IdentityProviderName, DoctorProvider>> = {
  generic: GENERIC,
  auth0: {
    ...GENERIC,
    words: AUTH0_WORDS,
    refusedExchange: (error) => hintFor('exchange_misconfigured', error),
  },
  entra: {
    ...GENERIC,
    words: ENTRA_WORDS,
    // Codes are decrypted before anybody looks at the client.
    credentialsProbe: 'own_token',
    // unauthorized_client: the tenant has no such application (AADSTS700016).
    clientErrors: ['invalid_client', 'unauthorized_client'],
    settings: entraSettings,
  },
  keycloak: {
    ...GENERIC,
    words: KEYCLOAK_WORDS,
    // invalid_request is both a bad token and a client that may not exchange.
    noToken: { errors: ['invalid_grant'], unauthorized: true },
  },
  okta: {
    ...GENERIC,
    words: OKTA_WORDS,
    listsGrants: false,
    // A 401 may come from the access policy (no_matching_policy).
    noToken: { errors: ['invalid_grant', 'invalid_request'], unauthorized: false },
    settings: oktaSettings,
  },
  workos: { ...GENERIC, words: WORKOS_WORDS, listsGrants: false },
  cognito: { ...GENERIC, words: COGNITO_WORDS, listsGrants: false },
}
