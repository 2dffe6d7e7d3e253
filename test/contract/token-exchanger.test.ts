import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RateLimit } from '../../src/exchange/rate-limits.js'
import type {
  ExchangeOptions,
  TokenExchanger,
  TokenExchangeRequest,
} from '../../src/exchange/token-exchanger.js'
import { callerFromClaims, type Caller } from '../../src/identity/caller.js'
import { Secret } from '../../src/secret.js'
import { USER_AGENT } from '../../src/version.js'
import { json, TestIssuer } from '../helpers/test-issuer.js'
import { failureOf as failure } from '../unit/outcomes.js'
import { ADAPTERS, CLIENT, PROFILES } from './adapters.js'

const AUDIENCE = 'https://api.example/'
const SUBJECT_TOKEN = 'header.payload.signature'

function callerOf(issuer: TestIssuer, more: Record<string, unknown> = {}): Caller {
  const now = Math.floor(Date.now() / 1_000)
  return callerFromClaims({
    ...{ iss: issuer.issuer, sub: 'auth0|alice', client_id: 'some-client' },
    ...{ iat: now - 300, exp: now + 300, ...more },
  })
}

describe.each([...ADAPTERS, ...PROFILES])('the adapter $name', (adapter) => {
  const { create, ownsRequests, grant, dialect, target } = adapter
  const audience = dialect?.audience ?? AUDIENCE
  let issuer: TestIssuer
  let exchanger: TokenExchanger

  beforeAll(async () => {
    issuer = await TestIssuer.startTls()
  })

  beforeEach(() => {
    issuer.requests.length = 0
    issuer.tokenRequests.length = 0
    exchanger = create(issuer)
  })

  afterAll(() => issuer.close())

  const requestAt = (at: TestIssuer): TokenExchangeRequest => ({
    caller: callerOf(at),
    subjectToken: new Secret(SUBJECT_TOKEN),
    audience,
    target,
    scopes: ['read:private'],
  })

  const exchange = (
    more: { scopes?: string[]; caller?: Caller; clientAddress?: string } = {},
    options?: ExchangeOptions,
  ): ReturnType<TokenExchanger['exchange']> =>
    exchanger.exchange({ ...requestAt(issuer), ...more }, options)

  const answer = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
    issuer.tokenResponder = (_, res) => {
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
      json(res, status, body)
    }
  }

  const granted = {
    access_token: 'the-exchanged-token',
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    token_type: 'Bearer',
    expires_in: 3_600,
  }

  test('every adapter resolves with what the authorization server granted', async () => {
    answer(200, { ...granted, scope: 'read:private extra' })
    const before = Math.floor(Date.now() / 1_000)
    const exchanged = await exchange()
    expect(exchanged.token.reveal()).toBe('the-exchanged-token')
    expect(exchanged.scopes).toEqual(['read:private', 'extra'])
    expect(exchanged.tokenType?.toLowerCase()).toBe('bearer')
    expect(exchanged.issuedTokenType).toBe(granted.issued_token_type)
    expect(exchanged.expiresAtSeconds).toBeGreaterThanOrEqual(before + 3_600)
    expect(exchanged.expiresAtSeconds).toBeLessThanOrEqual(Math.ceil(Date.now() / 1_000) + 3_600)
  })

  test('every adapter leaves out what the answer leaves out', async () => {
    answer(200, { ...granted, expires_in: undefined })
    const exchanged = await exchange({ scopes: [] })
    expect(exchanged.scopes).toBeUndefined()
    expect(exchanged.expiresAtSeconds).toBeUndefined()
  })

  test.runIf(grant === undefined && dialect === undefined)(
    'every adapter asks for an exchange On-Behalf-Of, as the documentation has it',
    async () => {
      answer(200, granted)
      await exchange({ scopes: ['a', 'b'] })
      expect(Object.fromEntries(issuer.tokenRequests[0]?.parameters ?? [])).toMatchObject({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        subject_token: SUBJECT_TOKEN,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        audience: AUDIENCE,
        scope: 'a b',
      })
      await exchange({ scopes: [] })
      expect(issuer.tokenRequests[1]?.parameters.has('scope')).toBe(false)
    },
  )

  test('every adapter says whether it passes claims on, and does as it says', async () => {
    answer(200, granted)
    await exchanger.exchange({ ...requestAt(issuer), claims: '{"x":1}' })
    const sent = issuer.tokenRequests[0]?.parameters.get('claims')
    expect(sent).toBe(exchanger.sendsClaims === true ? '{"x":1}' : null)
  })

  test('every adapter names no organization On-Behalf-Of: the token says it', async () => {
    answer(200, granted)
    await exchange({ caller: callerOf(issuer, { org_id: 'org_1' }) })
    expect(issuer.tokenRequests.at(-1)?.parameters.has('organization')).toBe(false)
  })

  test.runIf(grant === undefined)(
    'every adapter asks by a profile, with the organization, where one is set',
    async () => {
      answer(200, granted)
      exchanger = create(issuer, { subjectTokenType: 'urn:fastmcp:mcp' })
      await exchange({ caller: callerOf(issuer, { org_id: 'org_1' }) })
      expect(Object.fromEntries(issuer.tokenRequests[0]?.parameters ?? [])).toMatchObject({
        subject_token_type: 'urn:fastmcp:mcp',
        organization: 'org_1',
      })
    },
  )

  test.each([
    [400, { error: 'invalid_request' }, 'exchange_misconfigured'],
    [401, { error: 'invalid_request' }, 'exchange_misconfigured'],
    [400, { error: 'invalid_grant' }, 'reauthentication_required'],
    [400, { error: 'invalid_target' }, 'exchange_misconfigured'],
    [400, { error: 'invalid_scope' }, 'downstream_scope_denied'],
    [401, { error: 'invalid_grant' }, 'reauthentication_required'],
    [401, { error: 'access_denied' }, 'exchange_misconfigured'],
    [401, { error: 'invalid_client' }, 'exchange_misconfigured'],
    [403, { error: 'unauthorized_client' }, 'exchange_misconfigured'],
    [403, { error: 'invalid_scope' }, 'downstream_scope_denied'],
    [403, { error: 'consent_required' }, 'consent_required'],
    [403, { error: 'mfa_required', mfa_token: 'x' }, 'mfa_required'],
    [429, { error: 'too_many_requests' }, 'exchange_unavailable'],
    [500, { error: 'server_error' }, 'exchange_unavailable'],
  ])('every adapter reports %i %j as %s', async (status, body, code) => {
    answer(status, { ...body, error_description: 'words of the server' })
    const error = await failure(exchange())
    expect(error.code).toBe(dialect?.refusals?.[`${status} ${body.error}`] ?? code)
    expect(error.message).not.toContain('words of the server')
  })

  const nonsense: [string, (res: ServerResponse) => void][] = [
    ['HTML', (res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>')],
    [
      'truncated JSON',
      (res) => res.writeHead(200, { 'Content-Type': 'application/json' }).end('{'),
    ],
    ['a reset', (res) => res.destroy()],
    [
      'an empty object',
      (res) => {
        json(res, 200, {})
      },
    ],
  ]

  test.each(nonsense)('every adapter reports %s as exchange_unavailable', async (_, respond) => {
    issuer.tokenResponder = (_request, res) => {
      respond(res)
    }
    expect((await failure(exchange())).code).toBe('exchange_unavailable')
  })

  test('every adapter keeps its deadline', async () => {
    issuer.tokenResponder = () => undefined
    exchanger = create(issuer, { timeoutMs: 150 })
    const error = await failure(exchange())
    expect(error.code).toBe('exchange_unavailable')
    expect(error.details.reason).toBe('timed_out')
  })

  test('every adapter ends with its caller', async () => {
    const controller = new AbortController()
    issuer.tokenResponder = () => {
      controller.abort()
    }
    const outcome = await exchange({}, { signal: controller.signal }).then(
      () => 'resolved',
      () => 'rejected',
    )
    expect(outcome).toBe('rejected')
  })

  test.runIf(ownsRequests)(
    'every adapter names itself, and passes the user’s address on when told to',
    async () => {
      answer(200, granted)
      await exchange({ clientAddress: '203.0.113.7' })
      await exchange()
      expect(issuer.tokenRequests[0]?.headers).toMatchObject({
        'user-agent': USER_AGENT,
        'auth0-forwarded-for': '203.0.113.7',
      })
      expect(issuer.tokenRequests[1]?.headers).not.toHaveProperty('auth0-forwarded-for')
    },
  )

  test.runIf(ownsRequests)(
    'every adapter follows no redirect: it would carry the token and the secret along',
    async () => {
      const elsewhere = await TestIssuer.startTls()
      issuer.tokenResponder = (_, res) => {
        res.writeHead(307, { Location: `${elsewhere.issuer}token` }).end()
      }
      expect((await failure(exchange())).code).toBe('exchange_misconfigured')
      expect(elsewhere.requests).toEqual([])
      await elsewhere.close()
    },
  )

  test.runIf(ownsRequests)(
    'every adapter reads no more than 256 KiB of an answer, and says that it is nonsense',
    async () => {
      answer(200, { ...granted, further: 'x'.repeat(256 * 1_024) })
      const { code, details } = await failure(exchange())
      expect([code, details.reason]).toEqual(['exchange_unavailable', 'nonsense'])
    },
  )

  test('every adapter tells what a refusal says about rate limits', async () => {
    const told: (readonly RateLimit[])[] = []
    const onRateLimits = (limits: readonly RateLimit[]): void => void told.push(limits)
    answer(429, {}, { 'X-RateLimit-Limit': '8', 'X-RateLimit-Remaining': '0' })
    await failure(exchange({}, { onRateLimits }))
    expect(told).toEqual([[{ limit: 8, remaining: 0 }]])
  })

  test.runIf(ownsRequests)(
    'every adapter tells what a success says about rate limits',
    async () => {
      const told: (readonly RateLimit[])[] = []
      const onRateLimits = (limits: readonly RateLimit[]): void => void told.push(limits)
      answer(200, granted, { RateLimit: '"default";r=3;t=1' })
      await exchange({}, { onRateLimits })
      expect(told).toEqual([[{ remaining: 3, resetAtMs: expect.any(Number) as number }]])
    },
  )

  test('[S4] every adapter tells a connection that nobody gets from one that was lost', async () => {
    issuer.tokenResponder = (_, res) => {
      res.destroy()
    }
    expect((await failure(exchange())).details.reason).toBe('connection_lost')
    const gone = await TestIssuer.startTls()
    const alone = create(gone)
    issuer.tokenResponder = (_, res) => {
      json(res, 200, granted)
    }
    await alone.exchange(requestAt(gone)).catch(() => undefined)
    await gone.close()
    // The first one may still find a pooled connection.
    await failure(alone.exchange(requestAt(gone)))
    // A library that makes its requests itself does not tell.
    expect((await failure(alone.exchange(requestAt(gone)))).details.reason).toBe(
      ownsRequests ? 'unreachable' : 'connection_lost',
    )
  })

  test('every adapter says no word about waiting where waiting does not help', async () => {
    answer(400, { error: 'invalid_target' }, { 'X-RateLimit-Reset': '9999999999' })
    expect((await failure(exchange())).details.retryAfterSeconds).toBeUndefined()
  })

  test('[case 58] every adapter takes the dialects of token endpoints', async () => {
    answer(200, { ...granted, expires_in: '3600', token_type: 'bearer' })
    const exchanged = await exchange()
    expect(exchanged.token.reveal()).toBe('the-exchanged-token')
    expect(exchanged.expiresAtSeconds).toBeGreaterThan(Date.now() / 1_000 + 3_000)
    expect(exchanged.tokenType?.toLowerCase()).toBe('bearer')
  })

  test('every adapter reports when to come back', async () => {
    answer(429, {}, { 'Retry-After': '7' })
    expect((await failure(exchange())).details.retryAfterSeconds).toBe(7)
  })
})
