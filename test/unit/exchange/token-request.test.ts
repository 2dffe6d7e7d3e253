import { expect, test } from 'vitest'
import type { OnBehalfOfError } from '../../../src/failures/errors.js'
import { createRfc8693Exchanger } from '../../../src/exchange/rfc8693-exchanger.js'
import { Secret } from '../../../src/secret.js'
import { requestOf } from '../../helpers/exchange-requests.js'
import { failureOf } from '../outcomes.js'

/** What comes of a token request that is answered with a good answer but for these changes. */
function failureFor(changes: Readonly<Record<string, unknown>>): Promise<OnBehalfOfError> {
  const issuer = 'https://issuer.example/'
  const exchanger = createRfc8693Exchanger({
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
  return failureOf(exchanger.exchange(requestOf()))
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
  ['an empty token of another type', { access_token: '', token_type: 'DPoP' }],
  ['no token, of another type', { access_token: undefined, token_type: 'DPoP' }],
  ['a number for a token of another type', { access_token: 5, token_type: 'DPoP' }],
])('the answer of a token endpoint is nonsense where it has %s', async (_, changes) => {
  const { code, details } = await failureFor(changes)
  expect([code, details.reason]).toEqual(['exchange_unavailable', 'nonsense'])
})
