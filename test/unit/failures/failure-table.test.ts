import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FAILURE_CODES, type FailureCode } from '../../../src/failures/errors.js'
import type { FailureRule } from '../../../src/failures/failure-rule.js'
import { FAILURE_TABLE } from '../../../src/failures/failure-table.js'
import { failureText } from '../../../src/failures/failure-text.js'

type Answer = readonly [FailureRule['respondAs'], number, FailureRule['challenge']]

/** What an MCP client gets, code by code: the contract, written down a second time on purpose. */
const ANSWERS: Readonly<Record<FailureCode, Answer>> = {
  no_credentials: ['http', 401, 'plain'],
  malformed_credentials: ['http', 400, 'invalid_request'],
  invalid_token: ['http', 401, 'invalid_token'],
  signed_out: ['http', 401, 'invalid_token'],
  verifier_unavailable: ['http', 503, 'none'],
  insufficient_scope: ['http', 403, 'insufficient_scope'],
  permission_denied: ['http', 403, 'none'],
  reauthentication_required: ['http', 401, 'invalid_token'],
  downstream_scope_denied: ['tool', 200, 'none'],
  delegation_refused: ['tool', 200, 'none'],
  consent_required: ['tool', 200, 'none'],
  mfa_required: ['tool', 200, 'none'],
  access_denied: ['tool', 200, 'none'],
  exchange_misconfigured: ['tool', 200, 'none'],
  exchange_unavailable: ['tool', 200, 'none'],
  exchange_rejected: ['tool', 200, 'none'],
  downstream_unauthorized: ['tool', 200, 'none'],
  downstream_forbidden: ['tool', 200, 'none'],
  downstream_failed: ['tool', 200, 'none'],
  downstream_unavailable: ['tool', 200, 'none'],
  invalid_argument: ['tool', 200, 'none'],
  invalid_request: ['http', 400, 'none'],
  request_forbidden: ['http', 403, 'none'],
  request_too_large: ['http', 413, 'none'],
  rate_limited: ['http', 429, 'none'],
  tool_rate_limited: ['tool', 429, 'none'],
  confirmation_unavailable: ['tool', 200, 'none'],
  confirmation_refused: ['tool', 200, 'none'],
  policy_denied: ['tool', 403, 'none'],
  policy_unavailable: ['tool', 503, 'none'],
  method_not_allowed: ['http', 405, 'none'],
  not_acceptable: ['http', 406, 'none'],
  unsupported_media_type: ['http', 415, 'none'],
  session_not_found: ['http', 404, 'none'],
  session_limit: ['http', 503, 'none'],
  audit_unavailable: ['http', 503, 'none'],
  cancelled: ['http', 499, 'none'],
  misconfigured: ['http', 500, 'none'],
  internal_error: ['http', 500, 'none'],
}

const SILENT_ABOUT_DETAILS = [
  'exchange_misconfigured',
  'exchange_rejected',
  'internal_error',
  'misconfigured',
]

const codesWhere = (holds: (rule: FailureRule) => boolean): string[] =>
  FAILURE_CODES.filter((code) => holds(FAILURE_TABLE[code])).sort()

describe('the failure table', () => {
  test('the failure table has one rule for every code, and none beside', () => {
    expect(Object.keys(FAILURE_TABLE).sort()).toEqual([...FAILURE_CODES].sort())
    expect(new Set(FAILURE_CODES).size).toBe(FAILURE_CODES.length)
  })

  test.each(FAILURE_CODES)('the failure table answers %s as it was agreed', (code) => {
    const { respondAs, status, challenge } = FAILURE_TABLE[code]
    expect([respondAs, status, challenge]).toEqual(ANSWERS[code])
  })

  test('the failure table challenges with every 401, and with no outage', () => {
    expect(codesWhere((rule) => rule.status === 401 && rule.challenge === 'none')).toEqual([])
    expect(codesWhere((rule) => rule.status >= 500 && rule.challenge !== 'none')).toEqual([])
  })

  test('the failure table keeps details from the client where they would tell about our set-up', () => {
    expect(codesWhere((rule) => !rule.exposeDescription)).toEqual(SILENT_ABOUT_DETAILS)
  })

  test('the failure table gives a reference wherever the client learns no details', () => {
    expect(codesWhere((rule) => !rule.exposeDescription && !rule.includeReference)).toEqual([])
  })

  test('the failure table marks a token that failed our checks for security monitoring', () => {
    expect(FAILURE_TABLE.exchange_rejected.security).toBe(true)
  })

  test('the failure table says of every code when it occurs and what the client reads', () => {
    expect(codesWhere((rule) => rule.when.trim() === '' || rule.text.trim() === '')).toEqual([])
  })

  test('the failure table has texts that differ, so that a reader can tell failures apart', () => {
    const texts = FAILURE_CODES.map((code) => FAILURE_TABLE[code].text)
    expect(new Set(texts).size).toBe(texts.length)
  })
})

describe('failureText', () => {
  const description = fc.string({ minLength: 1 }).map((text) => `<<${text}>>`)

  test('failureText never returns the description where the rule keeps details to itself', () => {
    const silent = FAILURE_CODES.filter((code) => !FAILURE_TABLE[code].exposeDescription)
    fc.assert(
      fc.property(fc.constantFrom(...silent), description, (code, text) => {
        const details = {
          description: text,
          oauthError: text,
          log: { text },
          cause: new Error(text),
        }
        expect(failureText(code, details)).toBe(FAILURE_TABLE[code].text)
      }),
    )
  })

  test('failureText returns the description in place of the text elsewhere', () => {
    const telling = FAILURE_CODES.filter((code) => FAILURE_TABLE[code].exposeDescription)
    fc.assert(
      fc.property(fc.constantFrom(...telling), description, (code, text) => {
        expect(failureText(code, { description: text })).toBe(text)
      }),
    )
  })

  test.each(FAILURE_CODES)('failureText returns the text of the table for a bare %s', (code) => {
    expect(failureText(code, {})).toBe(FAILURE_TABLE[code].text)
  })

  test('failureText shows nothing of reason, log and cause', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FAILURE_CODES), (code) => {
        const details = {
          ...({ reason: 'unforeseen', status: 599, oauthError: 'o' } as const),
          ...{ log: { status: 1 }, cause: new Error('c'), scopes: ['s'] },
        }
        expect(failureText(code, details)).toBe(FAILURE_TABLE[code].text)
      }),
    )
  })

  test('[A4] failureText never says when to try again where trying again does not help', () => {
    for (const code of FAILURE_CODES) {
      const helps = [
        ...[
          'exchange_unavailable',
          'downstream_unavailable',
          'tool_rate_limited',
          'policy_unavailable',
        ],
      ].includes(code)
      const text = failureText(code, { retryAfterSeconds: 2 })
      expect([code, text.includes('Try again in')]).toEqual([code, helps])
      if (text.includes('rying again does not help')) expect(text).not.toContain('Try again in')
    }
  })

  test('failureText tells a model how long to wait, and leaves it to Retry-After where HTTP answers', () => {
    expect(failureText('exchange_unavailable', { retryAfterSeconds: 7 })).toMatch(
      /\(Try again in 7 s\.\)$/,
    )
    expect(failureText('verifier_unavailable', { retryAfterSeconds: 7 })).not.toContain('7')
  })
})
