import express from 'express'
import { describe, expect, test } from 'vitest'
import { tokenExchange, type TokenExchangeOptions } from '../../../middleware/token-exchange.js'
import type {
  ExchangeOptions,
  TokenExchangeRequest,
} from '../../../src/exchange/token-exchanger.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { Secret } from '../../../src/secret.js'
import { createToolRegistry } from '../../../src/tools/registry.js'
import { callTool } from '../../helpers/mcp-requests.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { hangUp, modern, sendLines, startCall } from '../../helpers/wire.js'
import { deferred } from '../outcomes.js'
import { appOf, echo, ENDPOINT, signedInAs } from './protected-app.js'

interface Asked {
  readonly request: TokenExchangeRequest
  readonly signal: AbortSignal | undefined
}

const registry = createToolRegistry([
  { name: 'greet', requiredScopes: [], downstream: { api: 'api', scopes: ['read:private'] } },
])
const apis = { api: { audience: 'https://api.example/', baseUrl: new URL('https://api.example') } }
const in2025 = { message: callTool('greet'), headers: {} }
const in2026 = modern('tools/call', { name: 'greet', arguments: {} })
const inSession = { 'Mcp-Session-Id': 'a-session' }

/** An endpoint with `tokenExchange`, and what its exchanger is asked. */
async function open(
  options: Pick<TokenExchangeOptions, 'sessions' | 'forwardClientAddress'> = {},
  until: Promise<void> = Promise.resolve(),
) {
  const asked: Asked[] = []
  const [arrived, closed] = [deferred<Asked>(), deferred()]
  const exchanger = {
    async exchange(request: TokenExchangeRequest, { signal }: ExchangeOptions = {}) {
      asked.push({ request, signal })
      arrived.resolve({ request, signal })
      await until
      return { token: new Secret('exchanged-token') }
    },
  }
  const { app, refusal } = appOf(
    (_req, res, next) => {
      res.once('close', () => {
        setImmediate(() => {
          closed.resolve()
        })
      })
      next()
    },
    signedInAs('alice'),
    express.json(),
    tokenExchange({ registry, exchanger, apis, ...options }),
    echo,
  )
  const endpoint = new URL('/mcp', (await startHttpServer(app)).origin)
  return { endpoint, asked, arrived: arrived.promise, closed: closed.promise, refusal }
}

const send = (endpoint: URL, { message, headers }: typeof in2025, more = {}) =>
  sendLines(endpoint, {
    headers: Object.entries({ 'Content-Type': 'application/json', ...headers, ...more }),
    body: JSON.stringify(message),
  })

describe('an exchange for a tool call', () => {
  test.each([
    ['without a session', in2025, {}, undefined],
    ['where sessions are off, whatever id it carries', in2025, inSession, undefined],
    ['where sessions are on and it names none', in2025, {}, true],
    ['of 2026-07-28, which has no sessions, whatever id it carries', in2026, inSession, true],
  ])(
    'a client that goes away ends the wait for the exchange of a call %s',
    async (_, { message, headers }, more, sessions) => {
      const until = deferred()
      const { endpoint, arrived, closed } = await open({ sessions }, until.promise)
      const call = startCall(endpoint, { message, token: 't', headers: { ...headers, ...more } })
      const { signal } = await arrived
      expect(signal?.aborted).toBe(false)
      await hangUp(call)
      await closed
      expect(signal?.aborted).toBe(true)
      until.resolve()
    },
  )

  test('a lost connection does not end the exchange of a call within a session', async () => {
    const until = deferred()
    const { endpoint, arrived, closed } = await open({ sessions: true }, until.promise)
    const call = startCall(endpoint, { message: in2025.message, token: 't', headers: inSession })
    const { signal } = await arrived
    await hangUp(call)
    await closed
    expect(signal).toBeUndefined()
    until.resolve()
  })

  test('what a handler does with its API after the answer is not broken off as if the client had left', async () => {
    const { endpoint, asked, closed } = await open()
    expect((await send(endpoint, in2025)).status).toBe(200)
    await closed
    expect(asked.map(({ signal }) => signal?.aborted)).toEqual([false])
  })

  test.each([
    [undefined, undefined],
    [false, undefined],
    [true, '127.0.0.1'],
  ])(
    'the address of the client is passed on where forwardClientAddress says so: %s',
    async (forwardClientAddress, told) => {
      const { endpoint, asked } = await open({ forwardClientAddress })
      expect((await send(endpoint, in2025)).status).toBe(200)
      expect(asked.map(({ request }) => request.clientAddress)).toEqual([told])
    },
  )

  test('nothing is exchanged for a session that is not the caller’s, and one of the caller goes through', async () => {
    const looked: unknown[] = []
    const sessions = {
      assertOwned(id: string, { subject }: { readonly subject: string }) {
        looked.push([id, subject])
        if (id !== 'a-session') throw new OnBehalfOfError('session_not_found')
      },
    }
    const { endpoint, asked } = await open({ sessions })
    const foreign = await send(endpoint, in2025, { 'Mcp-Session-Id': 'of-another' })
    expect([foreign.status, asked.length]).toEqual([404, 0])
    expect((await send(endpoint, in2025, inSession)).status).toBe(200)
    expect((await send(endpoint, in2025)).status).toBe(200)
    expect(looked).toEqual([
      ['of-another', 'alice'],
      ['a-session', 'alice'],
    ])
    expect(asked).toHaveLength(2)
  })
})

test('a token exchange without a verified user in front is a mistake of the wiring', async () => {
  const exchanger = { exchange: () => Promise.reject(new Error('not asked')) }
  const { app, refusal } = appOf(express.json(), tokenExchange({ registry, exchanger, apis }), echo)
  const { origin } = await startHttpServer(app)
  expect((await send(new URL(ENDPOINT.pathname, origin), in2025)).status).toBe(500)
  expect(refusal()).toMatchObject({ code: 'misconfigured', reason: 'no_auth_context' })
})
