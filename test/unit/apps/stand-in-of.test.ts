import { expect, test } from 'vitest'
import { standInOf } from '../../../apps/development/stand-in-of.js'

test.each([
  [{ IDENTITY_PROVIDER: 'entra' }, 'entra'],
  [{ IDENTITY_PROVIDER: ' okta ' }, 'okta'],
  [{ IDENTITY_PROVIDER: 'auth0' }, undefined],
  [{ IDENTITY_PROVIDER: 'auto' }, undefined],
  [{ IDENTITY_PROVIDER: '' }, undefined],
  [{}, undefined],
])('with %o, the development set-up uses the stand-in %s', (environment, expected) => {
  expect(standInOf(environment)).toBe(expected)
})

test.each(['workos', 'cognito', 'Entra'])(
  'there is no stand-in for %s, and the message says for which',
  (name) => {
    expect(() => standInOf({ IDENTITY_PROVIDER: name })).toThrow(/entra, keycloak, okta or auth0/)
  },
)

test('a stand-in does not go with a directory', () => {
  const environment = { IDENTITY_PROVIDER: 'keycloak', DEV_DIRECTORY: 'directory.json' }
  expect(() => standInOf(environment)).toThrow(/Remove one of them/)
})
