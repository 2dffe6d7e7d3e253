import { CompactSign } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { verifyExchangedToken } from '../../../src/exchange/verify-exchanged-token.js'
import {
  exchangedOf,
  ISSUER,
  NOW_SECONDS,
  requestOf,
  type RequestChanges,
} from '../../helpers/exchange-requests.js'
import { signed } from '../../helpers/exchange-signed.js'
import { expecting, verifiedWith, type AnswerChanges } from '../../helpers/exchange-verified.js'
import { createSigningKey, type SigningKey } from '../../helpers/test-issuer.js'
import { failureOf } from '../outcomes.js'

const UNKNOWN_ISSUER = 'https://other.example/'
const SOON = NOW_SECONDS + 60

let key: SigningKey

beforeAll(async () => {
  key = await createSigningKey('ES256')
})

async function refusalOf(token: string, request: RequestChanges = {}) {
  const checked = verifyExchangedToken(exchangedOf(token), requestOf(request), expecting(key))
  const { details } = await failureOf(checked)
  return { reason: details.reason, ...details.log }
}

/** Signs a payload as it is written, also where it is no JSON. */
function signedText(text: string): Promise<string> {
  return new CompactSign(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: 'ES256', kid: key.kid, typ: 'at+jwt' })
    .sign(key.privateKey)
}

describe('the log of a refused token', () => {
  test.each<[string, AnswerChanges, Readonly<Record<string, string>>]>([
    [
      'whose issuer is not configured',
      { request: { caller: { issuer: UNKNOWN_ISSUER } } },
      { expectedIssuer: 'one that is configured', receivedIssuer: ISSUER },
    ],
    [
      'of another issuer',
      { claims: { iss: UNKNOWN_ISSUER } },
      { expectedIssuer: ISSUER, receivedIssuer: UNKNOWN_ISSUER },
    ],
    [
      'without an issuer',
      { claims: { iss: undefined } },
      { expectedIssuer: ISSUER, receivedIssuer: 'none' },
    ],
    [
      'without an audience',
      { claims: { aud: undefined } },
      { expectedAudience: 'the API', receivedAudience: 'none' },
    ],
    [
      'without a subject',
      { claims: { sub: undefined } },
      { expectedSubject: 'the user', receivedSubject: 'none' },
    ],
    [
      'without an expiry',
      { claims: { exp: undefined } },
      { expectedExpiry: `after ${NOW_SECONDS}`, receivedExpiry: 'none' },
    ],
    [
      'that expired long ago',
      { claims: { exp: NOW_SECONDS - 60 } },
      { expectedExpiry: `after ${NOW_SECONDS}`, receivedExpiry: `${NOW_SECONDS - 60}` },
    ],
    [
      'that expires now',
      { claims: { exp: NOW_SECONDS } },
      { expectedExpiry: `after ${NOW_SECONDS}`, receivedExpiry: `${NOW_SECONDS}` },
    ],
    [
      'that is not valid yet',
      { claims: { nbf: SOON } },
      { expectedNotBefore: `before ${NOW_SECONDS}`, receivedNotBefore: `${SOON}` },
    ],
    [
      'whose header names another kind',
      { header: { typ: 'logout+jwt' } },
      { expectedType: 'at+jwt or JWT', receivedType: 'logout+jwt' },
    ],
    [
      'whose header names its kind by a number',
      { header: { typ: 5 } },
      { expectedType: 'at+jwt or JWT', receivedType: '5' },
    ],
    [
      'of another kind by a claim',
      { claims: { at_hash: 'x' } },
      { expectedType: 'at+jwt or JWT', receivedType: 'a token of another kind by its at_hash' },
    ],
    [
      'that another actor acts with',
      { claims: { act: { sub: 'other', client_id: 'that' }, azp: 'third' } },
      {
        expectedActor: 'mcp-server',
        receivedActor: '{"sub":"other","client_id":"that","client":["third"]}',
      },
    ],
    [
      'that names no actor',
      { expectations: { requireActor: true } },
      { expectedActor: 'mcp-server', receivedActor: 'none' },
    ],
    [
      'that is bound to a key',
      { claims: { cnf: { jkt: 'x', jwk: {} } } },
      { expectedBinding: 'none', receivedBinding: 'jkt, jwk' },
    ],
    [
      'that is bound in no way that it names',
      { claims: { cnf: {} } },
      { receivedBinding: 'a cnf without a method' },
    ],
    ['whose binding is a number', { claims: { cnf: 5 } }, { receivedBinding: 'number' }],
  ])('[case 26] the log of a refused token %s has both sides', async (_, given, sides) => {
    const { details } = await failureOf(verifiedWith(key, given))
    expect(details.log).toMatchObject(sides)
  })

  test.each<[unknown, string]>([
    [5, 'number'],
    [true, 'boolean'],
    [{}, 'object'],
    ['', 'string'],
    [[], 'list of nothing'],
    [[1, 2], 'list of number'],
    [['a', 1, null], 'list of string, number, null'],
    [[['a']], 'list of list of string'],
  ])(
    '[case 26] the log of a refused token has the kind of a claim that cannot be read: %j',
    async (value, kind) => {
      const { details } = await failureOf(verifiedWith(key, { claims: { org_id: value } }))
      expect(details.log).toMatchObject({
        expectedClaim: 'a well-formed org_id, or none',
        receivedClaim: `org_id of the kind ${kind}`,
      })
    },
  )

  test('[case 26] the log of a refused token names a number that is too large for one', async () => {
    const claims = { iss: ISSUER, sub: 'auth0|alice', aud: 'https://api.example/', exp: 7 }
    const token = await signedText(JSON.stringify(claims).replace(':7}', ':1e999}'))
    expect(await refusalOf(token)).toMatchObject({
      reason: 'claim_malformed',
      receivedClaim: 'exp of the kind number beyond all bounds',
    })
  })

  test.each<[string, RequestChanges, string]>([
    ['the issuer', {}, ISSUER],
    ['no issuer that is known', { caller: { issuer: UNKNOWN_ISSUER } }, 'a known issuer'],
  ])(
    '[case 26] the log of a refused token whose header cannot be read names the keys of %s',
    async (_, request, whose) => {
      const refusal = await refusalOf('bm8.aGVhZGVy.aXM', request)
      expect(refusal.reason).toBe('signature')
      expect(refusal).toMatchObject({
        expectedSignature: expect.stringMatching(new RegExp(`by a key of ${whose}$`)) as string,
        receivedSignature: '{}',
      })
    },
  )

  test('[case 26] the log of a refused token has the algorithm and the key id that it names', async () => {
    const token = await signed({ ...key, kid: 'key-7' })
    expect(await refusalOf(token)).toMatchObject({
      reason: 'signature',
      receivedSignature: '{"alg":"ES256","kid":"key-7"}',
    })
  })
})

describe('a signed text that is no set of claims', () => {
  test.each(['no JSON', '[]', '"text"', 'null', '7'])(
    'a signed text that is no set of claims is refused for its signature: %s',
    async (text) => {
      expect((await refusalOf(await signedText(text))).reason).toBe('signature')
    },
  )
})

test('a token that names no issuer and is signed by somebody else is refused for its signature', async () => {
  const stranger = { ...(await createSigningKey('ES256')), kid: key.kid }
  const token = await signed(stranger, { claims: { iss: undefined } })
  expect((await refusalOf(token)).reason).toBe('signature')
})
