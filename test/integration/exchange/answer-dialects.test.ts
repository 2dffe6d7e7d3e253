import request from 'supertest'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Environment } from '../../../src/config/config.js'
import {
  answerWith,
  API_AUDIENCE,
  CLIENT_ID,
  exchangeAsAsked,
  mintExchanged,
  tokenAnswer,
} from '../../helpers/exchange-answers.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { createSigningKey, type MintOptions, TestIssuer } from '../../helpers/test-issuer.js'
import { callForAnswer, mintSubject, type ToolAnswer } from '../../helpers/tool-answer.js'

let server: TestServer

beforeEach(async () => {
  server = await startMcpServer()
})

afterEach(() => server.close())

const reopen = async (environment: Environment): Promise<void> => {
  await server.close()
  server = await startMcpServer({ environment })
}

/** Answers exchanges with a token and an answer around it that are good but for these changes. */
const answers = (
  token: MintOptions,
  around: Readonly<Record<string, unknown>> = {},
  { issuer } = server,
): void => {
  server.issuer.tokenResponder = async (request, res) => {
    answerWith(res, { ...tokenAnswer(await mintExchanged(issuer, request, token)), ...around })
  }
}

const call = async (): Promise<ToolAnswer> =>
  callForAnswer(server, { token: await mintSubject(server) })

const rejection = (): Readonly<Record<string, unknown>> =>
  server.log.named('exchange_failed').at(-1)?.fields ?? {}

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds
const KEYCLOAK = { sub: '3f1c0b2a-8d4e-4c1b-9a57-2f6d1c0e7b33' }

describe('an answer in another dialect', () => {
  test.each<[string, MintOptions, Readonly<Record<string, unknown>>]>([
    ['expires_in is a string', {}, { expires_in: '600' }],
    ['token_type is in lower case', {}, { token_type: 'bearer' }],
    ['scopes are a list in scp', { claims: { scope: undefined, scp: ['read:private'] } }, {}],
    ['scopes are a text in scp', { claims: { scope: undefined, scp: 'read:private' } }, {}],
    ['scopes of a sign-in come along', { claims: { scope: 'email profile read:private' } }, {}],
    [
      'scopes stand in the answer alone',
      { claims: { scope: undefined } },
      { scope: 'read:private' },
    ],
    ['nbf is in 3 seconds', { claims: { nbf: inSeconds(3) } }, {}],
    ['cnf is null', { claims: { cnf: null } }, {}],
    ['there is no act', { claims: { act: undefined } }, {}],
  ])('[case 58] an answer in another dialect is a good one where %s', async (_, token, around) => {
    answers(token, around)
    expect(await call()).toMatchObject({ status: 200, isError: false })
    expect(server.log.named('exchange_scope_exceeded')).toEqual([])
  })

  test('[case 58] an answer in another dialect is a good one where it is signed with ES256', async () => {
    const key = await createSigningKey('ES256')
    server.issuer.keys = [...server.issuer.keys, key]
    answers({ key })
    expect((await call()).isError).toBe(false)
  })

  test('[case 58] an answer in another dialect is an outage where it is 502 with HTML', async () => {
    server.issuer.tokenResponder = (_request, res) => {
      res.writeHead(502, { 'Content-Type': 'text/html' }).end('<html>')
    }
    expect((await call()).text).toMatch(/\(Try again in 5 s\.\)$/)
    expect(rejection()).toMatchObject({
      code: 'exchange_unavailable',
      reason: 'unexpected_status',
      status: 502,
    })
  })
})

describe('an answer that is refused', () => {
  test('[case 27] an answer that is refused says in the log that issued_token_type is missing, and who leaves it out', async () => {
    answers({}, { issued_token_type: undefined })
    expect((await call()).isError).toBe(true)
    expect(rejection()).toMatchObject({
      reason: 'issued_token_type',
      receivedIssuedTokenType: 'none',
      hint: expect.stringContaining('Keycloak before 26') as string,
    })
  })

  test('[case 26] an answer that is refused says in the log whose token came and whose was expected', async () => {
    answers({ claims: { iss: 'https://other.example/' } })
    expect((await call()).isError).toBe(true)
    expect(rejection()).toMatchObject({
      reason: 'issuer',
      expectedIssuer: server.issuer.issuer,
      receivedIssuer: 'https://other.example/',
      hint: expect.stringContaining('EXCHANGE_ISSUER') as string,
    })
  })

  test('[case 25] an answer that is refused for our request is told as ours to a user who signed in long ago', async () => {
    server.issuer.tokenResponder = (_request, res) => {
      const error_description = 'Requested audience not available: api'
      answerWith(res, { error: 'invalid_request', error_description }, 400)
    }
    expect(await call()).toMatchObject({ status: 200, challenge: null, isError: true })
    expect(server.log.named('exchange_failed').at(-1)).toMatchObject({
      level: 'error',
      fields: {
        code: 'exchange_misconfigured',
        hint: expect.stringContaining('API_AUTH0_AUDIENCE') as string,
      },
    })
  })
})

describe('the actor of an exchanged token', () => {
  test('[case 29] the actor of an exchanged token may have another id where the token was issued to our client', async () => {
    answers({ claims: { act: KEYCLOAK, client_id: undefined, azp: CLIENT_ID } })
    expect((await call()).isError).toBe(false)
  })

  test('[case 29] the actor of an exchanged token has to have the name that EXCHANGE_ACTOR gives us', async () => {
    await reopen({ EXCHANGE_ACTOR: KEYCLOAK.sub, EXCHANGE_REQUIRE_ACTOR: 'true' })
    answers({ claims: { act: KEYCLOAK, client_id: undefined } })
    expect((await call()).isError).toBe(false)
    answers({ claims: { act: { sub: 'persona-7' } } })
    const other = await callForAnswer(server, {
      token: await mintSubject(server, { sub: 'auth0|bob' }),
    })
    expect(other.isError).toBe(true)
    expect(rejection()).toMatchObject({ reason: 'actor' })
  })
})

test('[case 30] nbf may be 30 seconds ahead where CLOCK_TOLERANCE_SECONDS is 60', async () => {
  answers({ claims: { nbf: inSeconds(30) } })
  expect((await call()).isError).toBe(true)
  expect(rejection()).toMatchObject({ reason: 'not_yet_valid' })
  await reopen({ CLOCK_TOLERANCE_SECONDS: '60' })
  answers({ claims: { nbf: inSeconds(30) } })
  expect((await call()).isError).toBe(false)
})

test('[S16.5] more scope than was asked for is used, and said in the log', async () => {
  answers({ claims: { scope: 'read:private admin' } })
  expect((await call()).isError).toBe(false)
  expect(server.log.named('exchange_scope_exceeded')).toMatchObject([
    { level: 'warn', fields: { audience: API_AUDIENCE, excess: 'admin' } },
  ])
})

describe('an authorization server of its own for the API', () => {
  let own: TestIssuer

  beforeEach(async () => {
    own = await TestIssuer.start()
    own.tokenResponder = exchangeAsAsked(own)
  })

  afterEach(() => own.close())

  test('[case 28] an authorization server of its own for the API exchanges where EXCHANGE_ISSUER says, and its tokens go to the API', async () => {
    await reopen({ EXCHANGE_ISSUER: own.issuer })
    expect((await call()).isError).toBe(false)
    expect(own.tokenRequests).toHaveLength(1)
    expect(server.issuer.tokenRequests).toEqual([])
  })

  test('[case 28] an authorization server of its own for the API has to sign with its own name and keys', async () => {
    await reopen({ EXCHANGE_ISSUER: own.issuer })
    own.tokenResponder = async (request, res) => {
      answerWith(res, tokenAnswer(await mintExchanged(server.issuer, request)))
    }
    expect((await call()).isError).toBe(true)
    expect(rejection()).toMatchObject({
      reason: 'issuer',
      expectedIssuer: own.issuer,
      receivedIssuer: server.issuer.issuer,
    })
  })

  test('[case 28] an authorization server of its own for the API does not let its tokens in at our endpoint', async () => {
    await reopen({ EXCHANGE_ISSUER: own.issuer })
    const token = await own.mint(server.audience)
    expect(await callForAnswer(server, { token })).toMatchObject({ status: 401 })
    expect(own.tokenRequests).toEqual([])
  })

  test('[case 28] an authorization server of its own for the API is not told to clients as one to sign in at', async () => {
    await reopen({ EXCHANGE_ISSUER: own.issuer })
    const metadata = await request(server.origin).get('/.well-known/oauth-protected-resource/mcp')
    expect(metadata.body).toMatchObject({ authorization_servers: [server.issuer.issuer] })
  })

  test('[case 28] an authorization server of its own for the API is the only one that learns our secret, whosever token is exchanged', async () => {
    const additional = await TestIssuer.start()
    await reopen({ EXCHANGE_ISSUER: own.issuer, ADDITIONAL_ISSUERS: additional.issuer })
    const token = await additional.mint(server.audience)
    expect((await callForAnswer(server, { token })).isError).toBe(false)
    expect(additional.tokenRequests).toEqual([])
    expect(own.tokenRequests).toHaveLength(1)
    await additional.close()
  })
})
