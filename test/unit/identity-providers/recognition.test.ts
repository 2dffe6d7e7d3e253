import { describe, expect, test } from 'vitest'
import {
  chooseProvider,
  identityProviderOf,
  IDENTITY_PROVIDERS,
} from '../../../src/identity-providers/identity-providers.js'
import {
  IDENTITY_PROVIDER_NAMES,
  type IdentityProviderName,
} from '../../../src/identity-providers/identity-provider.js'

const TID = '11111111-2222-3333-4444-555555555555'

describe('an identity provider is found from the issuer', () => {
  test.each<[IdentityProviderName, string]>([
    ['auth0', 'https://example.eu.auth0.com/'],
    ['auth0', 'https://example.auth0.com/'],
    ['entra', `https://login.microsoftonline.com/${TID}/v2.0`],
    ['entra', `https://login.microsoftonline.us/${TID}/v2.0`],
    ['entra', `https://login.partner.microsoftonline.cn/${TID}/v2.0`],
    ['entra', `https://sts.windows.net/${TID}/`],
    ['entra', `https://sts.chinacloudapi.cn/${TID}/`],
    ['entra', `https://${TID}.ciamlogin.com/${TID}/v2.0`],
    ['keycloak', 'https://login.example.com/realms/example'],
    ['keycloak', 'https://login.example.com/auth/realms/example'],
    ['okta', 'https://example.okta.com/oauth2/default'],
    ['okta', 'https://example.okta.com'],
    ['okta', 'https://example.oktapreview.com/oauth2/aus1'],
    ['okta', 'https://example.okta-emea.com/oauth2/aus1'],
    ['workos', 'https://api.workos.com'],
    ['workos', 'https://example.authkit.app'],
    ['cognito', 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf'],
    ['generic', 'https://login.example.com/'],
    ['generic', 'http://localhost:9000/'],
    // Whoever registers such a name is none of them.
    ['generic', 'https://auth0.com.example.com/'],
    ['generic', 'https://notokta.com/oauth2/default'],
    ['generic', `https://login.microsoftonline.com.example.com/${TID}/v2.0`],
    ['generic', 'https://sub.cognito-idp.example.com/amazonaws.com'],
    ['generic', 'https://login.example.com/realms/example/more'],
    ['generic', 'no URL'],
  ])('%s is the identity provider of %s', (name, issuer) => {
    expect(identityProviderOf(issuer).name).toBe(name)
  })
})

describe('the choice of an identity provider', () => {
  const { okta, keycloak, generic } = IDENTITY_PROVIDERS

  test('every name stands for a profile of that name', () => {
    for (const name of IDENTITY_PROVIDER_NAMES) expect(IDENTITY_PROVIDERS[name].name).toBe(name)
  })

  test('an identity provider that is found from the issuer counts where none is set', () => {
    for (const name of ['auto', undefined] as const) {
      expect(chooseProvider(name, okta)).toEqual({ provider: okta, by: 'issuer' })
    }
  })

  test('an identity provider that is set counts, and says whose issuer it is instead', () => {
    expect(chooseProvider('keycloak', okta)).toEqual({
      provider: keycloak,
      by: 'set',
      contradicts: okta,
    })
  })

  test('an identity provider that is set contradicts neither its own issuer nor one of nobody', () => {
    expect(chooseProvider('okta', okta).contradicts).toBeUndefined()
    expect(chooseProvider('okta', generic).contradicts).toBeUndefined()
  })
})
