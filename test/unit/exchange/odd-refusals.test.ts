import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exchangeFailure } from '../../../src/exchange/exchange-failure.js'
import { refusalIn } from '../../../src/exchange/token-response.js'
import { answerRule } from '../../../src/failures/answer-rule.js'
import { FAILURE_CODES } from '../../../src/failures/failure-codes.js'
import { IDENTITY_PROVIDERS } from '../../../src/identity-providers/identity-providers.js'

const WORDS = ['error', 'error_description', 'suberror', 'claims', 'error_codes', 'trace_id']
const SAID = ['invalid_grant', 'interaction_required', 'access_denied', '__proto__', 'constructor']
const value = fc.oneof(
  fc.constantFrom<unknown>(...SAID, 'toString', '{"access_token":{}}', '{"a":"\\u0000"}', '{}'),
  fc.jsonValue(),
  fc.array(fc.oneof(fc.constantFrom<unknown>(50_076, 53_003, '50076', -1), fc.jsonValue())),
  fc.string({ unit: 'binary' }),
)
const body = fc.oneof(fc.dictionary(fc.constantFrom(...WORDS), value), fc.jsonValue(), fc.string())

describe.each(Object.values(IDENTITY_PROVIDERS))('a refusal of $title', ({ readRefusal }) => {
  test('a refusal with any body is one failure of an exchange, and what is logged of it is bounded', () => {
    fc.assert(
      fc.property(body, fc.constantFrom(400, 401, 403, 404, 429, 500, 302), (said, status) => {
        const text = typeof said === 'string' ? said : JSON.stringify(said)
        const refusal = refusalIn({ status, headers: new Headers(), text })
        if (refusal === undefined) throw new Error('no refusal')
        const failure = exchangeFailure(refusal, { clock: () => 0 }, readRefusal)
        expect(FAILURE_CODES).toContain(failure.code)
        const { log = {}, claims } = failure.details
        expect(JSON.stringify({ ...log, hint: '' }).length).toBeLessThan(6_000)
        // Claims are for whoever can sign in again, and only what JSON has an object for.
        if (claims !== undefined) expect(typeof JSON.parse(claims)).toBe('object')
        if (answerRule(failure).challenge === 'insufficient_claims') expect(claims).toBeDefined()
      }),
    )
  })

  test('a refusal of a megabyte is a failure like any other', () => {
    const claims = JSON.stringify({ access_token: { x: 'x'.repeat(1_000_000) } })
    const said = { error: 'interaction_required', claims, error_codes: Array(100_000).fill(50_076) }
    const text = JSON.stringify(said)
    const refusal = refusalIn({ status: 400, headers: new Headers(), text })
    const failure = exchangeFailure(refusal ?? { status: 0 }, { clock: () => 0 }, readRefusal)
    expect(failure.details.claims).toBeUndefined()
    expect(answerRule(failure).respondAs).toBe('tool')
    expect(JSON.stringify(failure.details.log).length).toBeLessThan(6_000)
  })
})
