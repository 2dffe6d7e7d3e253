import { expect, test } from 'vitest'
import type { ClientAuthentication } from '../../../src/exchange/client-authentication.js'
import { createRenewingExchanger } from '../../../src/exchange/renewing-exchanger.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { Secret } from '../../../src/secret.js'
import { exchangedOf, requestOf } from '../../helpers/exchange-requests.js'
import { failureOf } from '../outcomes.js'

const secret = (text: string): ClientAuthentication => ({ secret: new Secret(text) })

/** An authorization server that accepts one secret, and a source whose `refresh` gives the next of `later`. */
function setUp(
  first: ClientAuthentication,
  later: readonly ClientAuthentication[],
  accepted: string,
) {
  let current = first
  const next = [...later]
  let refreshes = 0
  const tried: unknown[] = []
  const source = {
    current: () => current,
    refresh: () => {
      refreshes += 1
      current = next.shift() ?? current
      return Promise.resolve()
    },
  }
  const exchanger = createRenewingExchanger(source, (authentication) => ({
    exchange: () => {
      const sent = 'secret' in authentication ? authentication.secret.reveal() : 'key'
      tried.push(sent)
      if (sent === accepted) return Promise.resolve(exchangedOf(sent))
      const details = { status: 401, oauthError: 'invalid_client' }
      return Promise.reject(new OnBehalfOfError('exchange_misconfigured', details))
    },
  }))
  return { exchanger, tried, refreshes: () => refreshes }
}

test('exchanges that are refused together have the source look once, and are made once more with what it gives', async () => {
  const { exchanger, tried, refreshes } = setUp(secret('a'), [secret('b')], 'b')
  await Promise.all([exchanger.exchange(requestOf()), exchanger.exchange(requestOf())])
  expect([tried, refreshes()]).toEqual([['a', 'a', 'b', 'b'], 1])
})

test('a source that gives nothing new is asked once for each refused exchange, and the refusal stays', async () => {
  const { exchanger, tried, refreshes } = setUp(secret('a'), [], 'b')
  expect((await failureOf(exchanger.exchange(requestOf()))).details.oauthError).toBe(
    'invalid_client',
  )
  expect([tried, refreshes()]).toEqual([['a'], 1])
})

test('a client with a key never becomes one with a secret: to whom a secret goes was decided without it', async () => {
  const key: ClientAuthentication = { method: 'private_key_jwt', privateKey: new Secret('k') }
  const { exchanger, tried } = setUp(key, [secret('b')], 'b')
  expect((await failureOf(exchanger.exchange(requestOf()))).details.reason).toBe(
    'client_key_unusable',
  )
  expect(tried).toEqual(['key'])
})
