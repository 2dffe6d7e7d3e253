import { expect, test } from 'vitest'
import type { OnBehalfOfError } from '../../../src/failures/errors.js'
import { createRfc8693Exchanger } from '../../../src/exchange/rfc8693-exchanger.js'
import { Secret } from '../../../src/secret.js'
import type { TokenExchanger } from '../../../src/exchange/token-exchanger.js'
import { NOW_SECONDS, requestOf } from '../../helpers/exchange-requests.js'
import { failureOf } from '../outcomes.js'

/** An exchanger that is answered with a good answer but for these changes. */
function exchangerOf(changes: Readonly<Record<string, unknown>>): TokenExchanger {
  const issuer = 'https://issuer.example/'
  return createRfc8693Exchanger({
    clock: () => NOW_SECONDS * 1_000,
    metadata: () =>
      Promise.resolve({ issuer, jwks_uri: `${issuer}jwks`, token_endpoint: `${issuer}token` }),
    clientId: 'mcp-server',
    clientAuthentication: { secret: new Secret('s3cret') },
    fetch: () =>
      Promise.resolve(
        Response.json({
          access_token: 'exchanged',
          issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          token_type: 'Bearer',
          expires_in: 600,
          ...changes,
        }),
      ),
  })
}

function failureFor(changes: Readonly<Record<string, unknown>>): Promise<OnBehalfOfError> {
  return failureOf(exchangerOf(changes).exchange(requestOf()))
}

test.each<[unknown, string]>([
  ['pop', 'pop'],
  ['mac', 'mac'],
  [5, '5'],
  [undefined, 'none'],
])(
  'the answer of a token endpoint is refused, and is no outage, where its token is of the type %j',
  async (token_type, received) => {
    const { code, details } = await failureFor({ token_type })
    expect([code, details.reason]).toEqual(['exchange_rejected', 'token_type'])
    expect(details.log).toMatchObject({
      expectedTokenType: 'Bearer',
      receivedTokenType: received,
    })
  },
)

test.each<[string, Readonly<Record<string, unknown>>]>([
  ['no lifetime that can be read', { expires_in: 'soon' }],
  ['no lifetime that can be read, for a BEARER token', { expires_in: {}, token_type: 'BEARER' }],
  ['a lifetime below zero', { expires_in: -1 }],
  ['scopes that are no text', { scope: ['read:private'] }],
  ['an ID token that is none', { id_token: 'none' }],
  ['a refresh token that is none', { refresh_token: 5 }],
  ['an empty token of another type', { access_token: '', token_type: 'DPoP' }],
  ['no token, of another type', { access_token: undefined, token_type: 'DPoP' }],
  ['a number for a token of another type', { access_token: 5, token_type: 'DPoP' }],
  ['no token', { access_token: undefined }],
  ['an empty token', { access_token: '' }],
])('the answer of a token endpoint is nonsense where it has %s', async (_, changes) => {
  const { code, details } = await failureFor(changes)
  expect([code, details.reason]).toEqual(['exchange_unavailable', 'nonsense'])
})

test.each<[string, number, unknown]>([
  ['a number', 600, 600],
  ['a number as text', 600, '600'],
  ['nought', 0, 0],
])(
  'the answer of a token endpoint says in seconds how long its token lives: %s',
  async (_, seconds, expires_in) => {
    const exchanged = await exchangerOf({ expires_in }).exchange(requestOf())
    expect(exchanged.expiresAtSeconds).toBe(NOW_SECONDS + seconds)
    expect([exchanged.token.reveal(), exchanged.tokenType]).toEqual(['exchanged', 'bearer'])
  },
)

test('the answer of a token endpoint may have further tokens: they are left alone', async () => {
  const exchanged = await exchangerOf({ refresh_token: 'further' }).exchange(requestOf())
  expect(exchanged.token.reveal()).toBe('exchanged')
})
