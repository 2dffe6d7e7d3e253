import { expect, test } from 'vitest'
import { ExchangedTokenSource } from '../../../src/downstream/exchanged-token-source.js'
import type { TokenExchangeRequest } from '../../../src/exchange/token-exchanger.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { Secret } from '../../../src/secret.js'
import {
  exchangedOf,
  HeldExchanger,
  PromptExchanger,
  requestOf,
} from '../../helpers/exchange-requests.js'
import { failureOf } from '../outcomes.js'

const tokenOf = async (token: Promise<Secret>): Promise<string> => (await token).reveal()

test('the token of a tool call is exchanged when it is first asked for, and once for all who ask', async () => {
  const exchanger = new HeldExchanger()
  const request = requestOf()
  const tokens = new ExchangedTokenSource(exchanger, request)
  expect(exchanger.exchanges).toHaveLength(0)
  const asked = [tokens.token(), tokens.token(), tokens.exchanged()] as const
  expect(exchanger.exchanges).toMatchObject([{ options: {} }])
  expect(exchanger.at(0).request).toBe(request)
  const exchanged = exchangedOf('first')
  exchanger.at(0).outcome.resolve(exchanged)
  expect(await tokenOf(asked[0])).toBe('first')
  expect(await tokenOf(asked[1])).toBe('first')
  expect(await asked[2]).toBe(exchanged)
})

test('an exchange that failed stays failed for the tool call', async () => {
  const exchanger = new HeldExchanger()
  const tokens = new ExchangedTokenSource(exchanger, requestOf())
  const outcomes = [failureOf(tokens.token()), failureOf(tokens.token())]
  const failure = new OnBehalfOfError('consent_required')
  exchanger.at(0).outcome.reject(failure)
  for (const outcome of outcomes) expect(await outcome).toBe(failure)
  expect(await failureOf(tokens.exchanged())).toBe(failure)
  expect(exchanger.exchanges).toHaveLength(1)
})

test('a refused token is replaced once, however many calls were refused, and later calls get the new one', async () => {
  const exchanger = new HeldExchanger()
  const request = requestOf()
  const tokens = new ExchangedTokenSource(exchanger, request)
  const first = tokens.token()
  exchanger.at(0).outcome.resolve(exchangedOf('first'))
  const rejected = await first
  const renewed = [tokens.renew(rejected), tokens.renew(rejected)] as const
  expect(exchanger.exchanges).toHaveLength(2)
  expect(exchanger.at(1).request).toBe(request)
  expect(exchanger.at(1).options.replacing).toBe(rejected)
  exchanger.at(1).outcome.resolve(exchangedOf('second'))
  expect(await Promise.all(renewed.map(tokenOf))).toEqual(['second', 'second'])
  expect(await tokenOf(tokens.token())).toBe('second')
  expect(exchanger.exchanges).toHaveLength(2)
})

test('the wait for an exchange, and for a new one, ends with the signal of the tool call', () => {
  const exchanger = new HeldExchanger()
  const { signal } = new AbortController()
  const tokens = new ExchangedTokenSource(exchanger, requestOf(), signal)
  void tokens.token()
  void tokens.renew(new Secret('rejected'))
  expect(exchanger.exchanges.map(({ options }) => options.signal)).toEqual([signal, signal])
  expect(exchanger.at(0).options.signal).toBe(signal)
  expect(exchanger.at(1).options.signal).toBe(signal)
})

test('a refused token is forgotten where the exchanger keeps tokens', async () => {
  const request = requestOf()
  const forgotten: [TokenExchangeRequest, Secret][] = []
  const keeping = Object.assign(new PromptExchanger(), {
    forget: (...refused: [TokenExchangeRequest, Secret]) => {
      forgotten.push(refused)
      return Promise.resolve()
    },
  })
  const rejected = new Secret('rejected')
  await new ExchangedTokenSource(keeping, request).discard(rejected)
  expect(forgotten).toHaveLength(1)
  expect(forgotten[0]?.[0]).toBe(request)
  expect(forgotten[0]?.[1]).toBe(rejected)
  expect(keeping.count).toBe(0)
})

test('a refused token needs no forgetting where the exchanger keeps none', async () => {
  const exchanger = new PromptExchanger()
  await new ExchangedTokenSource(exchanger, requestOf()).discard(new Secret('rejected'))
  expect(exchanger.count).toBe(0)
})
