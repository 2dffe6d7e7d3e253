import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Environment } from '../../../src/config/config.js'
import { FAILURE_TABLE } from '../../../src/failures/failure-table.js'
import {
  answerWith,
  CLIENT_SECRET,
  exchangeAsAsked,
  mintExchanged,
  tokenAnswer,
} from '../../helpers/exchange-answers.js'
import { leakedInto } from '../../helpers/exchange-leaks.js'
import { callTool } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { startTestApi, type TestApi } from '../../helpers/test-api.js'
import { TestIssuer } from '../../helpers/test-issuer.js'
import { callForAnswer, mintSubject, type ToolAnswer } from '../../helpers/tool-answer.js'
import { AUTH0, FOREIGN, PASSING, STANDARD, type Refusal } from './refusals.js'

let issuer: TestIssuer
let api: TestApi
let server: TestServer
let secrets: string[]

beforeAll(async () => {
  issuer = await TestIssuer.start()
})

afterAll(async () => {
  await issuer.close()
})

const open = async (environment: Environment = {}): Promise<void> => {
  issuer.tokenResponder = exchangeAsAsked(issuer)
  server = await startMcpServer({ issuer, api, environment })
}

beforeEach(async () => {
  api = await startTestApi()
  secrets = [CLIENT_SECRET]
  issuer.tokenRequests.length = 0
  await open()
})

afterEach(async () => {
  await server.close()
  await api.close()
})

/** Refuses every exchange, and says the whole request back, as careless servers do. */
const refuse = ({ status, error, headers = {}, body }: Refusal): void => {
  issuer.tokenResponder = ({ parameters }, res) => {
    const description = `${FOREIGN}: ${parameters.toString()}\n`.repeat(20)
    const usual = JSON.stringify({ error, error_description: description, mfa_token: FOREIGN })
    res.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body ?? usual)
  }
}

const call = async (claims: Readonly<Record<string, unknown>> = {}): Promise<ToolAnswer> => {
  const token = await mintSubject(server, claims)
  secrets.push(token)
  const answer = await callForAnswer(server, { token })
  expect(answer.raw).not.toContain('FOREIGN')
  expect(leakedInto(answer.raw, secrets)).toEqual([])
  expect(leakedInto(server.log.text(), secrets)).toEqual([])
  return answer
}

const linesOf = (code: string): readonly Readonly<Record<string, unknown>>[] =>
  server.log.lines.map(({ fields }) => fields).filter((fields) => fields['code'] === code)

const reasonsLogged = (code: string): unknown[] => linesOf(code).map(({ reason }) => reason)

const expectOutcome = (answer: ToolAnswer, { code, status }: Refusal): void => {
  const rule = FAILURE_TABLE[code]
  expect(answer.status).toBe(rule.status)
  if (rule.respondAs === 'http') {
    expect(answer.challenge).toMatch(/^Bearer /)
    expect(answer.challenge).toContain(`error="${rule.challenge}"`)
    expect(answer.challenge).toContain('resource_metadata="http')
    expect(answer.challenge).toContain('scope="tool:whoami tool:greet"')
  } else {
    expect(answer).toMatchObject({ challenge: null, isError: true })
    expect(answer.text.startsWith(rule.text)).toBe(true)
    expect(/\(reference: [\w-]{8,}\)$/.test(answer.text)).toBe(rule.includeReference)
  }
  expect(api.requests).toEqual([])
  const reason = 'unexpected_status'
  expect(linesOf(code)).toContainEqual(expect.objectContaining({ reason, status }))
}

const titled = <T extends Refusal>(rows: readonly T[]) =>
  rows.map((row) => [`${row.when} (${row.status} ${row.error ?? '-'})`, row] as const)

describe.each([
  ['Auth0', AUTH0],
  ['a server by the standards', STANDARD],
])('a refusal of %s', (_who, refusals) => {
  test.each(titled(refusals))(
    'a refused exchange is answered by the failure table because %s',
    async (_name, refusal) => {
      refuse(refusal)
      expectOutcome(await call(), refusal)
      expect(issuer.tokenRequests).toHaveLength(1)
    },
  )
})

describe('what the log knows of a refusal', () => {
  test('what the log knows of a refusal is status, error and the words, on one line, bounded and scrubbed', async () => {
    refuse({ when: '', status: 403, error: 'access_denied', code: 'exchange_misconfigured' })
    await call()
    const lines = server.log.lines.filter(
      ({ fields }) => fields['code'] === 'exchange_misconfigured',
    )
    expect(lines.length).toBeGreaterThan(0)
    for (const { fields } of lines) {
      expect(fields).toMatchObject({ status: 403, error: 'access_denied' })
      const words = fields['errorDescription'] as string
      expect(words).toContain('FOREIGN')
      expect(words).toContain('[scrubbed]')
      expect(words.length).toBeLessThanOrEqual(300)
      expect(words).not.toMatch(/\n/)
    }
  })

  test('what the log knows of a refusal ties to the answer by its reference', async () => {
    refuse({ when: '', status: 403, error: 'access_denied', code: 'exchange_misconfigured' })
    const { text } = await call()
    const reference = /\(reference: ([\w-]+)\)$/.exec(text)?.[1] ?? 'none'
    expect(server.log.text()).toContain(reference)
  })
})

describe('what the log says of a tool that failed', () => {
  test('what the log says of a tool that failed ties to the answer and to the other lines by the request id', async () => {
    refuse({ when: '', status: 403, error: 'access_denied', code: 'exchange_misconfigured' })
    const { headers } = await call()
    const requestId = headers['x-request-id']
    expect(requestId).toMatch(/^[\w-]{8,}$/)
    const lines = server.log.lines.filter(({ fields }) => fields['requestId'] === requestId)
    expect(lines.map(({ name }) => name)).toEqual([
      'exchange_failed',
      'tool_failed',
      'request_ended',
    ])
    expect(server.log.named('tool_failed').at(-1)?.fields).toHaveProperty('rpcId')
  })

  test.each([
    ['a-7', 'a-7'],
    [7, 7],
    [`eyJ${'a'.repeat(40)}`, '[scrubbed]'],
  ])(
    'what the log says of a tool that failed knows the id %j of its JSON-RPC message as %j',
    async (id, logged) => {
      refuse({ when: '', status: 403, error: 'access_denied', code: 'exchange_misconfigured' })
      const message = { ...callTool('greet'), id }
      const answer = await callForAnswer(server, { token: await mintSubject(server), message })
      expect(answer.isError).toBe(true)
      expect(server.log.named('tool_failed').at(-1)?.fields['rpcId']).toBe(logged)
    },
  )
})

describe('a server that is in trouble', () => {
  test.each(titled(PASSING))(
    'a server that is in trouble because %s: try again later',
    async (_name, refusal) => {
      refuse(refusal)
      const answer = await call()
      expect(answer).toMatchObject({ status: 200, challenge: null, isError: true })
      expect(answer.text).toMatch(/\(Try again in [1-9]\d* s\.\)$/)
      const { reason } = refusal
      const status = reason === 'unexpected_status' ? refusal.status : undefined
      const line = linesOf('exchange_unavailable').find((fields) => fields['reason'] === reason)
      expect(line).toBeDefined()
      expect(line?.['status']).toBe(status)
      expect(issuer.tokenRequests).toHaveLength(refusal.tries)
      expect(api.requests).toEqual([])
    },
  )

  test('a server that is in trouble once is asked once more, and nobody learns of it', async () => {
    issuer.tokenResponder = async (request, res) => {
      if (issuer.tokenRequests.length > 1) await exchangeAsAsked(issuer)(request, res)
      else res.writeHead(503).end()
    }
    expect((await call()).isError).toBe(false)
    expect(issuer.tokenRequests).toHaveLength(2)
  })

  test('a server that is in trouble cuts the connection: once more, then try again later', async () => {
    issuer.tokenResponder = (_request, res) => {
      res.destroy()
    }
    const answer = await call()
    expect(answer.text).toMatch(/\(Try again in 5 s\.\)$/)
    expect(reasonsLogged('exchange_unavailable')).toContain('connection_lost')
    expect(issuer.tokenRequests).toHaveLength(2)
  })

  test('a server that is in trouble cuts the answer in the middle: once more, and that is the answer', async () => {
    issuer.tokenResponder = async (request, res) => {
      if (issuer.tokenRequests.length > 1) await exchangeAsAsked(issuer)(request, res)
      else res.writeHead(200, { 'Content-Length': '999' }).write('{"access', () => res.destroy())
    }
    expect((await call()).isError).toBe(false)
    expect(issuer.tokenRequests).toHaveLength(2)
  })

  test('a server that is in trouble says nothing: the deadline ends it, and there is no second try', async () => {
    await server.close()
    await open({ EXCHANGE_TIMEOUT_MS: '150' })
    issuer.tokenResponder = () => undefined
    const answer = await call()
    expect(answer.text).toMatch(/\(Try again in 5 s\.\)$/)
    expect(reasonsLogged('exchange_unavailable')).toContain('timed_out')
    expect(issuer.tokenRequests).toHaveLength(1)
  })

  test('a server that is in trouble has keys that never come: the deadline counts for the checks as well', async () => {
    await server.close()
    await open({ EXCHANGE_TIMEOUT_MS: '150' })
    const [key] = issuer.keys
    let asked = false
    issuer.tokenResponder = async (request, res) => {
      issuer.keysResponder = () => {
        asked = true
      }
      const rotated = key === undefined ? {} : { key: { ...key, kid: 'rotated' } }
      answerWith(res, tokenAnswer(await mintExchanged(issuer, request, rotated)))
    }
    const answer = await call()
    issuer.keysResponder = undefined
    expect(asked).toBe(true)
    // Nobody has waited until the keys were given up.
    expect(server.log.named('issuer_document_unavailable')).toEqual([])
    expect(answer.text).toMatch(/\(Try again in 5 s\.\)$/)
    expect(reasonsLogged('exchange_unavailable')).toContain('timed_out')
    expect(api.requests).toEqual([])
  })
})

describe('a token that is fresh from a sign-in', () => {
  test('a token that is fresh from a sign-in is not sent back to sign in again: that could only loop', async () => {
    refuse({ when: '', status: 401, error: 'invalid_grant', code: 'reauthentication_required' })
    const answer = await call({ iat: Math.floor(Date.now() / 1_000) })
    expect(answer).toMatchObject({ status: 200, challenge: null, isError: true })
    expect(answer.text.startsWith(FAILURE_TABLE.exchange_misconfigured.text)).toBe(true)
  })

  test('a token that is fresh from a sign-in ends a loop of sign-ins after one', async () => {
    refuse({ when: '', status: 400, error: 'invalid_grant', code: 'reauthentication_required' })
    expect((await call()).status).toBe(401)
    expect((await call({ iat: Math.floor(Date.now() / 1_000) })).status).toBe(200)
  })
})

test('no refusal makes the server ask for a token of its own', async () => {
  for (const refusal of [...AUTH0, ...STANDARD]) {
    refuse(refusal)
    await call({ sub: `auth0|${refusal.when}` })
  }
  const grants = issuer.tokenRequests.map(({ parameters }) => parameters.get('grant_type'))
  expect(new Set(grants)).toEqual(new Set(['urn:ietf:params:oauth:grant-type:token-exchange']))
  expect(issuer.tokenRequests.every(({ parameters }) => parameters.has('subject_token'))).toBe(true)
  expect(api.requests).toEqual([])
})

test('what was refused for good is not asked for again at once', async () => {
  refuse({ when: '', status: 403, error: 'consent_required', code: 'consent_required' })
  const token = await mintSubject(server)
  const first = await callForAnswer(server, { token })
  expect(await callForAnswer(server, { token })).toMatchObject({ text: first.text, isError: true })
  expect(issuer.tokenRequests).toHaveLength(1)
})
