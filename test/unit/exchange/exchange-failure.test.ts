import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FailureCode } from '../../../src/failures/errors.js'
import { exchangeFailure } from '../../../src/exchange/exchange-failure.js'
import type { ExchangeRefusal } from '../../../src/exchange/refusal-reader.js'
import { failureText } from '../../../src/failures/failure-text.js'

const NOW_SECONDS = 2_000_000_000
const clock = (): number => NOW_SECONDS * 1_000
const OLD = { issuedAtSeconds: NOW_SECONDS - 3_600, clock }
const failure = (refusal: ExchangeRefusal) => exchangeFailure(refusal, OLD)

type Row = readonly [what: string, status: number, error: string | undefined, code: FailureCode]

const ON_BEHALF_OF: readonly Row[] = [
  ['a parameter is missing', 400, 'invalid_request', 'exchange_misconfigured'],
  ['the delegation chain is too long', 400, 'invalid_request', 'exchange_misconfigured'],
  ['the grant type is not supported', 403, 'unsupported_grant_type', 'exchange_misconfigured'],
  ['the grant type is not supported', 400, 'unsupported_grant_type', 'exchange_misconfigured'],
  ["the client's secret is wrong", 401, 'access_denied', 'exchange_misconfigured'],
  ["the client's secret is wrong", 401, 'invalid_client', 'exchange_misconfigured'],
  ['the subject token is bad', 401, 'invalid_grant', 'reauthentication_required'],
  ['the request is bad', 401, 'invalid_request', 'exchange_misconfigured'],
  ['the subject token is bad', 401, 'invalid_token', 'reauthentication_required'],
  ['the client may not exchange', 403, 'unauthorized_client', 'exchange_misconfigured'],
  ['the client has no grant for the API', 403, 'access_denied', 'exchange_misconfigured'],
  ['the audience is unknown', 400, 'invalid_target', 'exchange_misconfigured'],
  ['the audience is unknown', 403, 'invalid_target', 'exchange_misconfigured'],
  ['the audience is unknown', 403, 'access_denied', 'exchange_misconfigured'],
  ['the user has none of the scopes', 403, 'invalid_scope', 'downstream_scope_denied'],
  ['the user is not in the organization', 403, 'invalid_request', 'exchange_misconfigured'],
  ['consent is needed', 403, 'consent_required', 'consent_required'],
  ['a DPoP nonce is wanted', 400, 'use_dpop_nonce', 'exchange_misconfigured'],
  ['the rate limit is reached', 429, 'too_many_requests', 'exchange_unavailable'],
  ['an action denies', 401, 'access_denied', 'exchange_misconfigured'],
  ['an action denies', 403, 'access_denied', 'exchange_misconfigured'],
]

const CUSTOM_TOKEN_EXCHANGE: readonly Row[] = [
  ['an action refuses the subject token', 400, 'invalid_request', 'exchange_misconfigured'],
  ['an action denies with a code of its own', 400, 'not_today', 'exchange_misconfigured'],
  ['an action fails', 500, 'server_error', 'exchange_unavailable'],
  ['a second factor is wanted', 403, 'mfa_required', 'mfa_required'],
  ['there were too many attempts', 429, 'too_many_attempts', 'exchange_unavailable'],
  ['consent is needed', 400, 'consent_required', 'consent_required'],
  ['the feature is off', 403, 'unauthorized_client', 'exchange_misconfigured'],
  ['an action does not know the client', 400, 'unauthorized_client', 'exchange_misconfigured'],
  ['an action does not know the audience', 400, 'invalid_target', 'exchange_misconfigured'],
  ['an action does not allow the scope', 400, 'invalid_scope', 'downstream_scope_denied'],
]

const STANDARDS: readonly Row[] = [
  [
    'RFC 8693 §2.2.2: the request is unacceptable',
    400,
    'invalid_request',
    'exchange_misconfigured',
  ],
  ['RFC 8693 §2.2.2: the target is unacceptable', 400, 'invalid_target', 'exchange_misconfigured'],
  ['RFC 6749 §5.2: the grant is invalid', 400, 'invalid_grant', 'reauthentication_required'],
  ['RFC 6749 §5.2: the client is unknown', 400, 'invalid_client', 'exchange_misconfigured'],
  ['RFC 6749 §5.2: the client is unknown', 401, 'invalid_client', 'exchange_misconfigured'],
  ['RFC 6749 §5.2: the client may not', 400, 'unauthorized_client', 'exchange_misconfigured'],
  [
    'RFC 6749 §5.2: the grant type is unknown',
    400,
    'unsupported_grant_type',
    'exchange_misconfigured',
  ],
  ['RFC 6749 §5.2: the scope is invalid', 400, 'invalid_scope', 'downstream_scope_denied'],
  [
    'RFC 6750 §3.1: the scope does not suffice',
    403,
    'insufficient_scope',
    'downstream_scope_denied',
  ],
  ['OpenID Connect: an interaction is needed', 400, 'interaction_required', 'consent_required'],
  ['OpenID Connect: a sign-in is needed', 400, 'login_required', 'reauthentication_required'],
  ['no body says anything', 400, undefined, 'exchange_misconfigured'],
  ['no body says anything', 401, undefined, 'exchange_misconfigured'],
  ['no body says anything', 403, undefined, 'exchange_misconfigured'],
  ['the token endpoint is elsewhere', 302, undefined, 'exchange_misconfigured'],
  ['the token endpoint is not there', 404, 'invalid_grant', 'exchange_misconfigured'],
  ['a redirect that blames the user', 302, 'mfa_required', 'exchange_misconfigured'],
  ['an answer other than 200', 204, undefined, 'exchange_misconfigured'],
  ['an outage', 502, undefined, 'exchange_unavailable'],
  ['an outage', 503, 'temporarily_unavailable', 'exchange_unavailable'],
  ['an outage that blames the token', 500, 'invalid_grant', 'exchange_unavailable'],
  ['a rate limit that blames the token', 429, 'invalid_grant', 'exchange_unavailable'],
  ['an outage that comes as 400', 400, 'temporarily_unavailable', 'exchange_unavailable'],
  ['an outage that comes as 400', 400, 'server_error', 'exchange_unavailable'],
  ['a name that every object has', 400, 'constructor', 'exchange_misconfigured'],
  ['a name that every object has', 400, '__proto__', 'exchange_misconfigured'],
]

describe.each([
  ['On-Behalf-Of', ON_BEHALF_OF],
  ['Custom Token Exchange', CUSTOM_TOKEN_EXCHANGE],
  ['the standards', STANDARDS],
])('a refusal of %s', (_profile, rows) => {
  test.each(rows)('a refusal where %s (%i %s) is %s', (...row) => {
    const [, status, error, code] = row
    expect(failure({ status, ...(error === undefined ? {} : { error }) }).code).toBe(code)
  })
})

describe('exchangeFailure', () => {
  test.each([
    'invalid_request',
    'invalid_resource',
    'invalid_target',
    'unsupported_token_type',
    'invalid_requested_token_type',
    'invalid_dpop_proof',
    'use_dpop_nonce',
    'unsupported_response_type',
    'unauthorized_client',
    'unmet_authentication_requirements',
    'not_today',
  ])(
    '[case 25] exchangeFailure never tells a user to sign in again for %s, however old the token',
    (error) => {
      const ages = [0, 29, 30, 120, 3_600].map((age) => NOW_SECONDS - age)
      for (const issuedAtSeconds of [...ages, undefined]) {
        const subject = { clock, ...(issuedAtSeconds === undefined ? {} : { issuedAtSeconds }) }
        for (const status of [400, 401, 403, 404, 422]) {
          for (const challengeError of [undefined, 'invalid_token']) {
            const refusal = {
              status,
              error,
              ...(challengeError === undefined ? {} : { challengeError }),
            }
            const failed = exchangeFailure(refusal, subject)
            expect(failed.code).toBe('exchange_misconfigured')
            expect(failed.details.log?.['hint']).toMatch(/\w/)
          }
        }
      }
    },
  )

  test.each(['invalid_grant', 'invalid_token'])(
    '[case 25] exchangeFailure still sends a user to sign in again for %s of a token that is not fresh',
    (error) => {
      for (const status of [400, 401]) {
        expect(failure({ status, error }).code).toBe('reauthentication_required')
      }
    },
  )

  test('[A4] exchangeFailure says when to come back only where coming back helps', () => {
    for (const [, status, error] of [...ON_BEHALF_OF, ...CUSTOM_TOKEN_EXCHANGE, ...STANDARDS]) {
      const refusal = { status, retryAfterSeconds: 2, ...(error === undefined ? {} : { error }) }
      const { code, details } = failure(refusal)
      expect(details.retryAfterSeconds).toBe(code === 'exchange_unavailable' ? 2 : undefined)
    }
  })

  test('exchangeFailure says that another try may help, and that it may be an outage, for a 5xx alone', () => {
    for (const [, status, error] of [...ON_BEHALF_OF, ...CUSTOM_TOKEN_EXCHANGE, ...STANDARDS]) {
      const { retryable, outage } = failure({ status, error }).details
      const broken = status >= 500
      expect([retryable, outage]).toEqual(broken ? [true, 'perhaps_one'] : [undefined, undefined])
    }
  })

  test.each([
    ['invalid_client', 'MCP_AUTH0_CLIENT_ID'],
    ['invalid_target', 'API_AUTH0_AUDIENCE'],
    ['not_today', 'documentation of the authorization server'],
    ['constructor', 'documentation of the authorization server'],
    [undefined, 'documentation of the authorization server'],
  ])('exchangeFailure says in the log what an operator does about %s', (error, words) => {
    expect(failure({ status: 400, error }).details.log?.['hint']).toContain(words)
  })

  test('exchangeFailure believes a challenge that says that the token is bad', () => {
    expect(failure({ status: 401, challengeError: 'invalid_token' }).code).toBe(
      'reauthentication_required',
    )
    expect(failure({ status: 401, challengeError: 'invalid_client' }).code).toBe(
      'exchange_misconfigured',
    )
    expect(failure({ status: 403, challengeError: 'invalid_token' }).code).toBe(
      'exchange_misconfigured',
    )
  })

  test.each([
    'access_denied',
    'invalid_client',
    'invalid_target',
    'unauthorized_client',
    'unsupported_grant_type',
  ])('exchangeFailure holds to %s where a challenge blames the token beside it', (error) => {
    const refusal = { status: 401, error, challengeError: 'invalid_token' }
    expect(failure(refusal).code).toBe('exchange_misconfigured')
  })

  test.each([
    ['one second ago', NOW_SECONDS - 1, 'exchange_misconfigured'],
    ['29 seconds ago', NOW_SECONDS - 29, 'exchange_misconfigured'],
    ['in the future, by another clock', NOW_SECONDS + 5, 'exchange_misconfigured'],
    ['30 seconds ago', NOW_SECONDS - 30, 'reauthentication_required'],
    ['an hour ago', NOW_SECONDS - 3_600, 'reauthentication_required'],
    ['nobody knows when', undefined, 'reauthentication_required'],
  ])(
    'exchangeFailure sends a user to sign in again unless that just happened: %s',
    (_when, issuedAt, code) => {
      const subject = { clock, ...(issuedAt === undefined ? {} : { issuedAtSeconds: issuedAt }) }
      expect(exchangeFailure({ status: 400, error: 'invalid_grant' }, subject).code).toBe(code)
    },
  )

  test('exchangeFailure does not let freshness change any other verdict', () => {
    const fresh = { clock, issuedAtSeconds: NOW_SECONDS }
    for (const [, status, error] of [...ON_BEHALF_OF, ...CUSTOM_TOKEN_EXCHANGE, ...STANDARDS]) {
      const refusal = { status, ...(error === undefined ? {} : { error }) }
      const { code } = failure(refusal)
      if (code === 'reauthentication_required') continue
      expect(exchangeFailure(refusal, fresh).code).toBe(code)
    }
  })

  test('exchangeFailure never branches on the text', () => {
    const status = fc.integer({ min: 200, max: 599 })
    const error = fc.constantFrom(...STANDARDS.map((row) => row[2] ?? ''), 'mfa_required', 'x')
    fc.assert(
      fc.property(status, error, fc.string(), (given, code, errorDescription) => {
        const bare = failure({ status: given, error: code }).code
        expect(failure({ status: given, error: code, errorDescription }).code).toBe(bare)
      }),
    )
  })

  test("exchangeFailure keeps the authorization server's own words out of what a client or model reads", () => {
    const words = fc.string({ minLength: 1 }).map((text) => `FOREIGN ${text}`)
    const errors = fc.oneof(
      words,
      fc.constantFrom(
        ...['consent_required', 'mfa_required', 'login_required', 'invalid_scope'],
        ...['invalid_grant', 'invalid_request', 'server_error'],
      ),
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 599 }),
        errors,
        words,
        (status, error, errorDescription) => {
          const challengeError = errorDescription
          const thrown = failure({ status, error, errorDescription, challengeError })
          expect(`${thrown.message} ${failureText(thrown.code, thrown.details)}`).not.toContain(
            'FOREIGN',
          )
          expect(thrown.details).not.toHaveProperty('description')
        },
      ),
      { numRuns: 500 },
    )
  })

  test('exchangeFailure logs status, error and text, without tokens in them', () => {
    const token = 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0'
    const { details } = failure({
      status: 400,
      error: 'invalid_grant',
      errorDescription: `token ${token}\nis expired`,
      challengeError: 'invalid_token',
    })
    expect(details).toMatchObject({ status: 400, oauthError: 'invalid_grant' })
    expect(details.log).toEqual({
      error: 'invalid_grant',
      errorDescription: 'token [scrubbed] is expired',
      challengeError: 'invalid_token',
    })
  })

  test('exchangeFailure says how long to wait where the answer said so', () => {
    const limited = failure({ status: 429, retryAfterSeconds: 17 })
    expect(limited.details).toMatchObject({ reason: 'rate_limited', retryAfterSeconds: 17 })
    expect(failure({ status: 503 }).details).not.toHaveProperty('retryAfterSeconds')
  })
})
