import { describe, expect, test } from 'vitest'
import { exchangeFailure } from '../../../src/exchange/exchange-failure.js'
import type { RefusalReader } from '../../../src/exchange/refusal-reader.js'
import { refusalIn } from '../../../src/exchange/token-response.js'
import { failureResponse } from '../../../src/failures/failure-response.js'
import { answerRule } from '../../../src/failures/answer-rule.js'
import type { OnBehalfOfError } from '../../../src/failures/errors.js'
import { readEntraRefusal } from '../../../src/identity-providers/entra-refusals.js'
import { readKeycloakRefusal } from '../../../src/identity-providers/keycloak-refusals.js'
import { readOktaRefusal } from '../../../src/identity-providers/okta-refusals.js'
import { CLAIMS, ENTRA_ROWS } from './entra-rows.js'
import { KEYCLOAK_ROWS } from './keycloak-rows.js'
import { OKTA_ROWS } from './okta-rows.js'
import type { RefusalRow } from './refusal-row.js'

const NOW_SECONDS = 2_000_000_000
const clock = (): number => NOW_SECONDS * 1_000

interface Provider {
  readonly name: string
  readonly read: RefusalReader
  readonly rows: readonly RefusalRow[]
}

const PROVIDERS: readonly Provider[] = [
  { name: 'Entra ID', read: readEntraRefusal, rows: ENTRA_ROWS },
  { name: 'Keycloak', read: readKeycloakRefusal, rows: KEYCLOAK_ROWS },
  { name: 'Okta', read: readOktaRefusal, rows: OKTA_ROWS },
]

const CASES = PROVIDERS.flatMap(({ name, read, rows }) =>
  rows.map((row) => [name, row.when, { read, row }] as const),
)

function failureFor(
  { status, body }: Pick<RefusalRow, 'status' | 'body'>,
  read: RefusalReader,
  ageSeconds = 3_600,
): OnBehalfOfError {
  const refusal = refusalIn({ status, headers: new Headers(), text: JSON.stringify(body) }, clock)
  if (refusal === undefined) throw new Error('no refusal')
  return exchangeFailure(refusal, { clock, issuedAtSeconds: NOW_SECONDS - ageSeconds }, read)
}

const responseTo = (failure: OnBehalfOfError) =>
  failureResponse(failure, 'request-1', {
    resourceMetadataUrl: new URL('https://mcp.example/.well-known/oauth-protected-resource/mcp'),
  })

const answeredWith = (failure: OnBehalfOfError): number => {
  const { respondAs } = answerRule(failure)
  return respondAs === 'tool' ? 200 : responseTo(failure).status
}

describe('the refusals of identity providers', () => {
  test.each(CASES)(
    '%s: %s, and the failure has the code, the answer and the hint for it',
    (_name, _when, { read, row }) => {
      const failure = failureFor(row, read)
      expect([failure.code, answeredWith(failure)]).toEqual([row.code, row.answered ?? 200])
      const hint = failure.details.log?.['hint']
      if (row.hint === undefined) expect(hint).toBeUndefined()
      else expect(hint).toContain(row.hint)
      expect(failure.details.retryAfterSeconds).toBe(row.retryAfterSeconds)
    },
  )

  test.each(CASES)(
    '%s: %s, right after a sign-in, and another sign-in is asked for only where it is another one',
    (_name, _when, { read, row }) => {
      const failure = failureFor(row, read, 5)
      expect(failure.code).toBe(row.fresh ?? row.code)
      const words = row.fresh === undefined ? undefined : failure.details.log?.['hint']
      if (row.fresh !== undefined) expect(words).toMatch(/\w/)
    },
  )

  test.each(CASES)(
    '%s: %s, and no client reads the words of the server',
    (_name, _when, { read, row }) => {
      const failure = failureFor(row, read)
      const words = String(row.body['error_description'])
      expect(failure.message).not.toContain(words)
      expect(JSON.stringify(responseTo(failure))).not.toContain(words)
    },
  )

  test.each(CASES.filter(([, , { row }]) => row.body['claims'] !== undefined))(
    '%s: %s, and the client gets the claims in the challenge, and a text that it can read',
    (_name, _when, { read, row }) => {
      const { headers, body } = responseTo(failureFor(row, read))
      const challenge = headers['WWW-Authenticate'] ?? ''
      expect(challenge).toMatch(/^Bearer error="insufficient_claims", /)
      const [, encoded = ''] = /, claims="([A-Za-z0-9+/=]+)"/.exec(challenge) ?? []
      expect(Buffer.from(encoded, 'base64').toString()).toBe(CLAIMS)
      expect(body).toMatchObject({
        error: 'insufficient_claims',
        error_description: expect.stringMatching(/sign in again/) as string,
      })
    },
  )

  test('Entra ID: the log has the numbers and ids of a refusal, by which its support finds it', () => {
    const [row] = ENTRA_ROWS
    const log = row && failureFor(row, readEntraRefusal).details.log
    expect(log).toMatchObject({
      errorCodes: [50013],
      traceId: row?.body['trace_id'],
      correlationId: row?.body['correlation_id'],
    })
  })

  test('Entra ID: a number in the text counts for nothing', () => {
    const body = { error: 'invalid_request', error_description: 'AADSTS50076: a second factor' }
    expect(failureFor({ status: 400, body }, readEntraRefusal).code).toBe('exchange_misconfigured')
  })

  test('Keycloak: a text that only looks like a known one is a fault of the set-up', () => {
    for (const error_description of ['invalid token', ' Invalid token', 'An Invalid token', '']) {
      const body = { error: 'invalid_request', error_description }
      expect(failureFor({ status: 400, body }, readKeycloakRefusal).code).toBe(
        'exchange_misconfigured',
      )
    }
  })

  test.each(PROVIDERS)('$name: an outage stays one, whatever the body blames', ({ read }) => {
    const body = { error: 'invalid_grant', suberror: 'basic_action', claims: CLAIMS }
    const { code, details } = failureFor({ status: 503, body }, read)
    expect([code, details.claims, details.retryable]).toEqual([
      'exchange_unavailable',
      undefined,
      true,
    ])
  })

  test.each([
    ['no JSON', 'not json'],
    ['an array', '[1]'],
    ['a text', '"x"'],
    ['an empty object', '{}'],
    ['a null', 'null'],
    ['an object instead of its text', { access_token: {} }],
    ['too long', JSON.stringify({ x: 'x'.repeat(2_048) })],
  ])('Entra ID: claims that are %s are dropped, and the failure is the plain one', (_, claims) => {
    const body = { error: 'invalid_grant', suberror: 'basic_action', error_codes: [50076], claims }
    const failure = failureFor({ status: 400, body }, readEntraRefusal)
    expect([failure.code, failure.details.claims, answeredWith(failure)]).toEqual([
      'mfa_required',
      undefined,
      200,
    ])
  })
})
