import { expect, test } from 'vitest'
import { createAuth0Exchanger } from '../../../src/exchange/auth0-exchanger.js'
import { Secret } from '../../../src/secret.js'
import { requestOf } from '../../helpers/exchange-requests.js'

test.each([
  ['http://issuer.example/', 'issuer_not_https'],
  ['https://issuer.example/oauth2/api', 'issuer_has_path'],
])(
  'an exchange at %s, which the SDK would make elsewhere, is refused before anything is sent',
  async (issuer, reason) => {
    let sent = 0
    const exchanger = createAuth0Exchanger({
      clientId: 'mcp-server',
      clientAuthentication: { secret: new Secret('a-secret-of-the-client') },
      issuer,
      fetch: () => {
        sent += 1
        return Promise.reject(new TypeError('must not be asked'))
      },
    })
    await expect(exchanger.exchange(requestOf())).rejects.toMatchObject({
      code: 'exchange_misconfigured',
      details: { reason },
    })
    expect(sent).toBe(0)
  },
)
