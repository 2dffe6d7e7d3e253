import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { answerWith, claimsOf, exchangeAsAsked } from '../../helpers/exchange-answers.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { callForAnswer, mintSubject, type ToolAnswer } from '../../helpers/tool-answer.js'

let server: TestServer

beforeEach(async () => {
  server = await startMcpServer()
})

afterEach(() => server.close())

const call = async (claims: Readonly<Record<string, unknown>> = {}): Promise<ToolAnswer> =>
  callForAnswer(server, { token: await mintSubject(server, claims) })

/** Refuses every exchange with 429. */
const limit = (headers: Readonly<Record<string, string>>): void => {
  server.issuer.tokenResponder = (_request, res) => {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
    answerWith(res, { error: 'too_many_requests' }, 429)
  }
}

const exchangeAgain = (): void => {
  server.issuer.tokenResponder = exchangeAsAsked(server.issuer)
}

const reasonsLogged = (): unknown[] =>
  server.log.named('exchange_failed').map(({ fields }) => fields['reason'])

describe('a server that fails for one user', () => {
  test.each(['500', 'a cut connection'])(
    '[S4] a server that fails for one user by %s serves the others',
    async (how) => {
      server.issuer.tokenResponder = async (request, res) => {
        const subject = claimsOf(request.parameters.get('subject_token') ?? '')['sub']
        if (subject !== 'auth0|alice') await exchangeAsAsked(server.issuer)(request, res)
        else if (how === '500') res.writeHead(500).end()
        else res.destroy()
      }
      for (let round = 0; round < 4; round += 1) expect((await call()).isError).toBe(true)
      expect((await call({ sub: 'auth0|bob' })).isError).toBe(false)
    },
  )
})

describe('a rate limit', () => {
  const soon = (): number => Math.ceil(Date.now() / 1_000) + 40

  test.each<[string, () => Record<string, string>, RegExp]>([
    ['seconds', () => ({ 'Retry-After': '17' }), /17/],
    ['a date', () => ({ 'Retry-After': new Date(soon() * 1_000).toUTCString() }), /3\d|4[01]/],
    ["Auth0's reset", () => ({ 'X-RateLimit-Reset': `${soon()}` }), /3\d|4[01]/],
    ['nothing', () => ({}), /[1-9]\d*/],
  ])(
    '[S4] a rate limit that says when to come back by %s is passed on, and kept to by that user',
    async (_, headers, seconds) => {
      limit(headers())
      const answer = await call()
      expect(answer).toMatchObject({ status: 200, challenge: null, isError: true })
      expect(answer.text).toMatch(new RegExp(`\\(Try again in (?:${seconds.source}) s\\.\\)$`))
      expect((await call()).text).toMatch(/\(Try again in [1-9]\d* s\.\)$/)
      expect(reasonsLogged()).toEqual(expect.arrayContaining(['rate_limited', 'held_back']))
      expect(server.issuer.tokenRequests).toHaveLength(1)
      exchangeAgain()
      expect((await call({ sub: 'auth0|bob' })).isError).toBe(false)
    },
  )

  test('[S4] a rate limit of all users holds all of them back', async () => {
    const used = { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': `${soon()}` }
    limit(used)
    await call()
    exchangeAgain()
    const next = await call({ sub: 'auth0|bob' })
    expect(next.text).toMatch(/\(Try again in [1-9]\d* s\.\)$/)
    expect(server.issuer.tokenRequests).toHaveLength(1)
  })

  test('[S4] a rate limit that two users meet holds all of them back', async () => {
    limit({ 'Retry-After': '30' })
    await call()
    await call({ sub: 'auth0|bob' })
    exchangeAgain()
    expect((await call({ sub: 'auth0|carol' })).isError).toBe(true)
    expect(server.issuer.tokenRequests).toHaveLength(2)
  })

  test('a rate limit leaves those alone whose token is at hand', async () => {
    const token = await mintSubject(server)
    exchangeAgain()
    await callForAnswer(server, { token })
    limit({ 'Retry-After': '30' })
    await call({ sub: 'auth0|bob' })
    expect((await callForAnswer(server, { token })).isError).toBe(false)
  })
})
