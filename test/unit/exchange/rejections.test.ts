import { beforeAll, describe, expect, test } from 'vitest'
import type { OnBehalfOfError } from '../../../src/failures/errors.js'
import { REJECTION_REASONS, type RejectionReason } from '../../../src/exchange/rejection-reasons.js'
import { rejected } from '../../../src/exchange/rejection.js'
import { verifyExchangedToken } from '../../../src/exchange/verify-exchanged-token.js'
import { leakedInto } from '../../helpers/exchange-leaks.js'
import { exchangedOf, NOW_SECONDS, requestOf } from '../../helpers/exchange-requests.js'
import { signed } from '../../helpers/exchange-signed.js'
import { expecting, type AnswerChanges } from '../../helpers/exchange-verified.js'
import { createSigningKey, type SigningKey } from '../../helpers/test-issuer.js'
import { failureOf } from '../outcomes.js'

const OWN = 'https://mcp.example/mcp'
const SUBJECT_TOKEN = `eyJhbGciOiJSUzI1NiJ9.${'c3ViamVjdA'.repeat(8)}.${'c2lnbmF0dXJl'.repeat(8)}`
const THUMBPRINT = 'dGh1bWJwcmludC1vZi1hLWtleS1vZi1zb21lYm9keTE'
const CHAINED = { caller: { delegation: { actor: 'agent-x', chain: ['agent-x'] } } }

/** For every reason an answer that is refused for it, and which parts of the log line it names. */
const ANSWERS: Readonly<Record<RejectionReason, AnswerChanges>> = {
  token_type: { answer: { tokenType: 'DPoP' } },
  issued_token_type: { answer: { issuedTokenType: 'urn:ietf:params:oauth:token-type:id_token' } },
  subject_token_returned: {},
  opaque: {},
  wrong_type: { header: { typ: 'logout+jwt' } },
  signature: {},
  issuer: { claims: { iss: 'https://other.example/' } },
  audience: { claims: { aud: 'https://other.example/' } },
  several_audiences: { claims: { aud: ['https://api.example/', 'https://other.example/'] } },
  acceptable_here: { claims: { aud: OWN } },
  expired: { claims: { exp: NOW_SECONDS - 60 } },
  not_yet_valid: { claims: { nbf: NOW_SECONDS + 60 } },
  claim_malformed: { claims: { scope: 5 } },
  subject: { claims: { sub: 'auth0|bob' } },
  organization: { claims: { org_id: 'org_two' } },
  actor: { claims: { act: { sub: 'other' }, client_id: 'other' } },
  actor_malformed: { claims: { act: 'mcp-server' } },
  chain_too_deep: {
    claims: { act: { sub: 'mcp-server', act: { sub: 'some-client' } } },
    expectations: { maxDepth: 1 },
  },
  chain_changed: { claims: { act: { sub: 'mcp-server' } }, request: CHAINED },
  bound_token: { claims: { cnf: { jkt: THUMBPRINT } } },
  unbound_downgrade: { request: { caller: { binding: 'dpop' } } },
}

let key: SigningKey
let foreign: SigningKey

beforeAll(async () => {
  key = await createSigningKey('ES256')
  foreign = await createSigningKey('ES256')
})

/** The refusal, and the token that was refused. */
async function refusal(
  reason: RejectionReason,
): Promise<{ readonly error: OnBehalfOfError; readonly token: string }> {
  const { answer, request, expectations, ...options } = ANSWERS[reason]
  const signer = reason === 'signature' ? { ...foreign, kid: key.kid } : key
  const jwt = await signed(signer, options)
  const opaque = {
    opaque: 'b3BhcXVlLXRva2VuLW9mLXNvbWUtbGVuZ3Ro',
    subject_token_returned: SUBJECT_TOKEN,
  }
  const token = reason in opaque ? opaque[reason as keyof typeof opaque] : jwt
  const asked = requestOf({ ...request, subjectToken: SUBJECT_TOKEN })
  const checked = verifyExchangedToken(
    exchangedOf(token, answer),
    asked,
    expecting(key, expectations),
  )
  return { error: await failureOf(checked), token }
}

describe.each(REJECTION_REASONS.map((reason) => [reason] as const))(
  'a refusal for %s',
  (reason) => {
    test('[case 26] the refusal of an exchanged token has what was expected, what came and a hint in the log', async () => {
      const { error } = await refusal(reason)
      expect([error.code, error.details.reason]).toEqual(['exchange_rejected', reason])
      const { log = {} } = error.details
      const named = (start: string) =>
        Object.entries(log).flatMap(([name, value]) => (name.startsWith(start) ? [value] : []))
      const [expected, received] = [named('expected'), named('received')]
      expect([expected.length, received.length]).toEqual([1, 1])
      for (const value of [...expected, ...received]) expect(value).toMatch(/\S/)
      expect(expected).not.toEqual(received)
      expect(log['hint']).toMatch(/^[A-Z].{20,}\.$/)
    })

    test('[case 26] the refusal of an exchanged token has no token, no signature, no thumbprint and no key in it', async () => {
      const { error, token } = await refusal(reason)
      const written = JSON.stringify([error.details.log, error.message])
      expect(leakedInto(written, [token, SUBJECT_TOKEN, THUMBPRINT, String(key.jwk.x)])).toEqual([])
      expect(written.length).toBeLessThan(2_000)
    })
  },
)

test.each<[string, unknown]>([
  ['iss', SUBJECT_TOKEN],
  ['aud', ['https://other.example/', SUBJECT_TOKEN]],
  ['sub', SUBJECT_TOKEN],
  ['org_id', THUMBPRINT],
  ['act', { sub: SUBJECT_TOKEN, client_id: 'other' }],
  ['cnf', { [THUMBPRINT]: SUBJECT_TOKEN }],
])(
  'a token or key that stands in the claim %s of a refused token is not in the log',
  async (name, value) => {
    const token = await signed(key, { claims: { [name]: value } })
    const refused = await failureOf(
      verifyExchangedToken(exchangedOf(token), requestOf(), expecting(key)),
    )
    expect(refused.code).toBe('exchange_rejected')
    const written = JSON.stringify([refused.details.log, refused.message])
    expect(leakedInto(written, [token, SUBJECT_TOKEN, THUMBPRINT])).toEqual([])
  },
)

test.each([
  ['longer than a page', 'x '.repeat(50_000)],
  ['a token', SUBJECT_TOKEN],
  ['lines', 'a\nb\r\nc\u2028d'],
  ['a list of much', Array.from({ length: 10_000 }, (_, index) => `https://${index}.example/`)],
  ['deep', { a: { b: { c: SUBJECT_TOKEN } } }],
])('[case 26] what came is bounded, one line and scrubbed where it is %s', (_, received) => {
  const { log = {} } = rejected('audience', { of: 'Audience', expected: 'x', received }).details
  const text = log['receivedAudience'] as string
  expect(text.length).toBeLessThanOrEqual(330)
  expect(text).not.toMatch(/[\n\r\u2028]/)
  expect(leakedInto(text, [SUBJECT_TOKEN])).toEqual([])
})

test('[case 26] two identifiers that are scrubbed alike can still be told apart', () => {
  const [one, two] = ['auth0|64b7c8d9e0f1a2b3c4d5e6f7', 'auth0|64b7c8d9e0f1a2b3c4d5e6f8']
  const { log = {} } = rejected('subject', { of: 'Subject', expected: one, received: two }).details
  expect(log['expectedSubject']).toMatch(/^auth0\|\[scrubbed\] \(sha256 [0-9a-f]{8}\)$/)
  expect(log['receivedSubject']).toMatch(/^auth0\|\[scrubbed\] \(sha256 [0-9a-f]{8}\)$/)
  expect(log['expectedSubject']).not.toBe(log['receivedSubject'])
})

test('[case 27] an answer without issued_token_type is refused, and the log says who leaves it out', async () => {
  const { token, tokenType = '' } = exchangedOf(await signed(key))
  const without = { token, tokenType }
  const error = await failureOf(verifyExchangedToken(without, requestOf(), expecting(key)))
  expect(error.details.reason).toBe('issued_token_type')
  expect(error.details.log).toMatchObject({
    receivedIssuedTokenType: 'none',
    hint: expect.stringContaining('Keycloak before 26 leaves it out') as string,
  })
})

test('[case 27] an answer without something else gets the hint of its own reason', async () => {
  const checked = verifyExchangedToken(
    exchangedOf(await signed(key)),
    requestOf(),
    expecting(key, { requireActor: true }),
  )
  const { details } = await failureOf(checked)
  expect(details.log?.['hint']).toContain('EXCHANGE_REQUIRE_ACTOR')
})

test('[case 27] an answer with another issued_token_type gets another hint', async () => {
  const { error } = await refusal('issued_token_type')
  expect(error.details.log?.['hint']).not.toContain('Keycloak')
})
