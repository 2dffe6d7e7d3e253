import { isElsewhere } from './elsewhere.js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Environment } from '../../src/config/config.js'
import {
  answerWith,
  API_AUDIENCE,
  CLIENT_ID,
  CLIENT_SECRET,
  exchangeAsAsked,
  tokenAnswer,
} from '../helpers/exchange-answers.js'
import { boundSubject } from '../helpers/exchange-bound.js'
import { leakedInto } from '../helpers/exchange-leaks.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import { startTestApi, type TestApi } from '../helpers/test-api.js'
import { createSigningKey, type SigningKey, TestIssuer } from '../helpers/test-issuer.js'
import { callForAnswer, mintSubject, type ToolAnswer } from '../helpers/tool-answer.js'
import { answerAttacks, bindingAttacks, emptyHandedAttacks } from './second-hop-answers.js'
import { FOREIGN_WORDS, secondHop, type SecondHopAttack } from './second-hop-attack.js'
import {
  actorAttacks,
  audienceAttacks,
  identityAttacks,
  scopeAttacks,
  timeAttacks,
} from './second-hop-claims.js'
import { issuerAttacks, kindAttacks, signatureAttacks } from './second-hop-forgeries.js'

let issuer: TestIssuer
let otherIssuer: TestIssuer
let foreignKey: SigningKey
let api: TestApi
let server: TestServer
/** What was handed out, and may show up nowhere. */
let secrets: string[]

beforeAll(async () => {
  ;[issuer, otherIssuer] = await Promise.all([TestIssuer.start(), TestIssuer.start()])
  foreignKey = await createSigningKey()
})

afterAll(async () => {
  await Promise.all([issuer.close(), otherIssuer.close()])
})

beforeEach(async () => {
  api = await startTestApi()
  secrets = [CLIENT_SECRET]
})

afterEach(async () => {
  await server.close()
  await api.close()
})

const open = async (environment: Environment = {}): Promise<void> => {
  issuer.tokenResponder = exchangeAsAsked(issuer)
  const trusted = { ADDITIONAL_ISSUERS: otherIssuer.issuer }
  server = await startMcpServer({ issuer, api, environment: { ...trusted, ...environment } })
}

/** A call of a user; only the good ones come without further claims. */
const call = async ({ subject, bound }: Partial<SecondHopAttack> = {}): Promise<ToolAnswer> => {
  if (bound !== true) {
    const token = await mintSubject(server, subject)
    secrets.push(token)
    return callForAnswer(server, { token })
  }
  const { token, headers } = await boundSubject(server, subject)
  secrets.push(token)
  return callForAnswer(server, { token, headers })
}

const expectWorks = async (): Promise<void> => {
  issuer.tokenResponder = exchangeAsAsked(issuer)
  const before = api.requests.length
  const answer = await call()
  expect(answer).toMatchObject({ status: 200, isError: false })
  expect(answer.text).toContain('Hello from the protected API')
  expect(api.requests).toHaveLength(before + 1)
}

const expectRefused = (answer: ToolAnswer, { code, reason }: SecondHopAttack): void => {
  expect({ requests: api.requests.length, connections: api.connections }).toEqual({
    requests: 0,
    connections: 0,
  })
  expect(answer).toMatchObject({ status: 200, isError: true, challenge: null })
  expect(answer.text).toMatch(/^[A-Z][^\n]{30,400}[.)]$/)
  expect(answer.raw).not.toContain(FOREIGN_WORDS)
  expect(leakedInto(answer.raw, secrets)).toEqual([])
  const lines = server.log.lines.filter((line) => line.fields['code'] === code)
  expect(lines.map((line) => line.fields['reason'])).toContain(reason)
  if (code === 'exchange_rejected') {
    for (const line of lines) {
      expect(line).toMatchObject({ level: 'error', fields: { security: true } })
      const names = Object.keys(line.fields)
      if (line.name !== 'exchange_failed') continue
      expect(names.filter((name) => /^expected[A-Z]/.test(name))).toHaveLength(1)
      expect(names.filter((name) => /^received[A-Z]/.test(name))).toHaveLength(1)
      expect(line.fields['hint']).toMatch(/^[A-Z].*\.$/)
    }
    expect(answer.text).toMatch(/\(reference: [\w-]{8,}\)$/)
  }
  expect(leakedInto(server.log.text(), secrets)).toEqual([])
}

const named = (attacks: readonly SecondHopAttack[]) =>
  attacks.map((attack) => [attack.name, attack] as const)

const themes: readonly (readonly [string, readonly SecondHopAttack[]])[] = [
  ['audiences', audienceAttacks],
  ['users and organizations', identityAttacks],
  ['actors', actorAttacks],
  ['issuers', issuerAttacks],
  ['signatures', signatureAttacks],
  ['times', timeAttacks],
  ['kinds of tokens', kindAttacks],
  ['types in the answer', answerAttacks],
  ['answers without a token', emptyHandedAttacks],
  ['scopes', scopeAttacks],
  ['bindings', bindingAttacks],
]

describe.each(themes)('an exchange answered with foul %s never reaches the API', (_, attacks) => {
  test.each(named(attacks))('%s', async (_name, attack) => {
    await open(attack.environment)
    issuer.tokenResponder = async (request, res) => {
      const hop = secondHop({ issuer, otherIssuer, foreignKey }, request, server.audience)
      const body = await attack.answer(hop)
      const { access_token: token } = body
      if (typeof token === 'string' && token.length > 5) secrets.push(token)
      answerWith(res, { ...body, note: FOREIGN_WORDS })
    }
    const asked = issuer.tokenRequests.length
    expectRefused(await call(attack), attack)
    expect(issuer.tokenRequests).toHaveLength(asked + 1)
    await expectWorks()
  })
})

describe.skipIf(isElsewhere(process.env))('a token endpoint that redirects', () => {
  test.each([301, 302, 303, 307, 308])(
    'by %i takes nothing along to its target',
    async (status) => {
      await open()
      const trap = await startTestApi()
      issuer.tokenResponder = (_request, res) => {
        res.writeHead(status, { Location: `${trap.origin}/token` }).end(FOREIGN_WORDS)
      }
      const answer = await call()
      expectRefused(answer, {
        name: 'redirect',
        code: 'exchange_misconfigured',
        reason: 'unexpected_status',
        answer: () => Promise.resolve({}),
      })
      expect(server.log.named('exchange_failed').at(-1)?.fields['status']).toBe(status)
      expect([trap.requests.length, trap.connections]).toEqual([0, 0])
      await trap.close()
      await expectWorks()
    },
  )
})

describe.skipIf(isElsewhere(process.env))('an exchange answered well reaches the API', () => {
  const act = { sub: CLIENT_ID, act: { sub: 'some-client' } }

  test.each<[string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]>([
    ['as Auth0 does', {}, {}],
    ['with its audience in a list of one', { aud: [API_AUDIENCE] }, {}],
    ['with more scope than asked for', { scope: 'read:more read:private' }, {}],
    ['with the scope in the answer alone', { scope: undefined }, { scope: 'read:private' }],
    ['without an actor', { act: undefined }, {}],
    ['with an agent that has our client', { act: { ...act, sub: 'a', client_id: CLIENT_ID } }, {}],
    ['as a JWT', {}, { issued_token_type: 'urn:ietf:params:oauth:token-type:jwt' }],
    ['with another case of Bearer', {}, { token_type: 'BEARER' }],
    ['without saying how long it lives', {}, { expires_in: undefined }],
  ])('%s', async (_, claims, members) => {
    await open()
    issuer.tokenResponder = async (request, res) => {
      const hop = secondHop({ issuer, otherIssuer, foreignKey }, request, server.audience)
      answerWith(res, { ...tokenAnswer(await hop.mint({ claims })), ...members })
    }
    expect(await call()).toMatchObject({ status: 200, isError: false })
    expect(api.requests.map(({ headers }) => headers.authorization?.slice(0, 7))).toEqual([
      'Bearer ',
    ])
  })

  test('in an organization, and with an actor where one is required', async () => {
    await open({ EXCHANGE_REQUIRE_ACTOR: 'true' })
    const answer = await call({ subject: { org_id: 'org_one' } })
    expect(answer).toMatchObject({ status: 200, isError: false })
  })

  test('never with the token that the client sent', async () => {
    await open()
    const token = await mintSubject(server)
    await callForAnswer(server, { token })
    expect(api.requests).toHaveLength(1)
    expect(leakedInto(JSON.stringify(api.requests[0]?.rawHeaders), [token.slice(-60)])).toEqual([])
  })

  test('unbound for a bound one where a setting that shouts says so', async () => {
    await open({ DANGEROUSLY_ALLOW_UNBOUND_DOWNGRADE: 'true' })
    expect(await call({ bound: true })).toMatchObject({ status: 200, isError: false })
  })

  test('opaque where a setting that shouts says so', async () => {
    await open({ DANGEROUSLY_ALLOW_OPAQUE_TOKENS: 'true' })
    issuer.tokenResponder = (_request, res) => {
      answerWith(res, tokenAnswer('opaque-token'))
    }
    api.responder = (_req, res) => {
      answerWith(res, { msg: 'Hello', sub: 'auth0|alice', scopes: 'read:private' })
    }
    expect(await call()).toMatchObject({ status: 200, isError: false })
  })
})
