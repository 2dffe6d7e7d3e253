import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { verifyExchangedToken } from '../../../src/exchange/verify-exchanged-token.js'
import { LAST_DATE_SECONDS } from '../../../src/identity/caller.js'

import { failureOf } from '../outcomes.js'
import { exchangedOf, NOW_SECONDS, requestOf } from '../../helpers/exchange-requests.js'
import { signed } from '../../helpers/exchange-signed.js'
import {
  expecting,
  issuerWith,
  refusalWith,
  verifiedWith,
} from '../../helpers/exchange-verified.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { createSigningKey, type SigningKey } from '../../helpers/test-issuer.js'

let key: SigningKey

beforeAll(async () => {
  key = await createSigningKey('ES256')
})

const MALFORMED = ['exchange_rejected', 'claim_malformed']

describe('a claim that is there and cannot be read', () => {
  const texts = ['client_id', 'azp', 'cid', 'appid', 'org_id'] as const
  const lists = ['scope', 'scp'] as const
  const noText = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.array(fc.string()),
    fc.object(),
    fc.constantFrom('', ' ', '\t'),
  )
  const noList = fc.oneof(
    fc.integer(),
    fc.boolean(),
    fc.object(),
    fc.array(fc.oneof(fc.integer(), fc.constant(null), fc.object()), { minLength: 1 }),
    fc.array(fc.array(fc.string()), { minLength: 1 }),
  )

  test('[S6] a claim that is there and cannot be read is never taken for one that is not there, whichever it is and whatever it holds', async () => {
    const malformed = fc.oneof(
      fc.tuple(fc.constantFrom(...texts), noText),
      fc.tuple(fc.constantFrom(...lists), noList),
    )
    await fc.assert(
      fc.asyncProperty(malformed, async ([name, value]) => {
        const claims = { ...(name === 'scp' ? { scope: undefined } : {}), [name]: value }
        // NaN and Infinity are null in JSON, which is none.
        fc.pre((JSON.parse(JSON.stringify(claims)) as Record<string, unknown>)[name] !== null)
        expect(await refusalWith(key, { claims })).toEqual(MALFORMED)
      }),
      { numRuns: 120 },
    )
  })

  test('[S6] a claim that is there and cannot be read refuses the token of a caller who has none such as well as of one who has', async () => {
    for (const organization of [undefined, 'org_1']) {
      const request = { caller: organization === undefined ? {} : { organization } }
      expect(await refusalWith(key, { claims: { org_id: ['org_1'] }, request })).toEqual(MALFORMED)
      expect(await refusalWith(key, { claims: { org_id: 5 }, request })).toEqual(MALFORMED)
    }
  })

  test('[S6] a claim that is there and cannot be read is named in the log, and its value is not', async () => {
    const claims = { org_id: { secret: 'what-nobody-reads' } }
    const { details } = await failureOf(verifiedWith(key, { claims }))
    expect(details.log).toMatchObject({ receivedClaim: 'org_id of the kind object' })
    expect(JSON.stringify(details.log)).not.toContain('what-nobody-reads')
  })

  test.each(['typ', 'cnf', 'act'])(
    '[S16.5] a claim that is there and cannot be read refuses the token where it is %s',
    async (name) => {
      for (const value of [5, true, ['x'], [], {}]) {
        const given = name === 'typ' ? { header: { typ: value } } : { claims: { [name]: value } }
        const [code, reason] = await refusalWith(key, given)
        expect(code).toBe('exchange_rejected')
        expect(reason).toBe({ typ: 'wrong_type', cnf: 'bound_token', act: 'actor_malformed' }[name])
      }
    },
  )
})

describe('a token of another kind', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['an ID token of Keycloak', { typ: 'ID' }],
    ['a refresh token of Keycloak', { typ: 'Refresh' }],
    ['an ID token of Cognito', { token_use: 'id' }],
    ['an ID token with the hash of an access token', { at_hash: 'x' }],
    ['a logout token', { events: {} }],
  ])('a token of another kind is refused by its claims: %s', async (_, claims) => {
    expect(await refusalWith(key, { claims })).toEqual(['exchange_rejected', 'wrong_type'])
  })
})

describe('the times of a returned token', () => {
  test.each([0, 5, 60])(
    '[case 30] nbf may be %d seconds ahead where that is the tolerance',
    async (seconds) => {
      const expectations = { clockToleranceSeconds: seconds }
      await verifiedWith(key, { claims: { nbf: NOW_SECONDS + seconds }, expectations })
      const later = { claims: { nbf: NOW_SECONDS + seconds + 1 }, expectations }
      expect(await refusalWith(key, later)).toEqual(['exchange_rejected', 'not_yet_valid'])
    },
  )

  test('[case 30] nbf may be 5 seconds ahead unless told otherwise', async () => {
    await verifiedWith(key, { claims: { nbf: NOW_SECONDS + 5 } })
    expect(await refusalWith(key, { claims: { nbf: NOW_SECONDS + 6 } })).toEqual([
      'exchange_rejected',
      'not_yet_valid',
    ])
  })

  test('[case 30] exp has no tolerance: an expired token is of no use', async () => {
    const given = { claims: { exp: NOW_SECONDS }, expectations: { clockToleranceSeconds: 60 } }
    expect(await refusalWith(key, given)).toEqual(['exchange_rejected', 'expired'])
  })

  test.each(['exp', 'nbf', 'iat'])('[S16.5] %s has to be a time that there is', async (name) => {
    for (const value of ['1', '2100-01-01', [1], {}, true, 9e15]) {
      expect(await refusalWith(key, { claims: { [name]: value } })).toEqual(MALFORMED)
    }
  })
})

describe('the last second that a Date can hold', () => {
  test('[S16.5] the last second that a Date can hold is a time that there is, and the next is none', async () => {
    await verifiedWith(key, { claims: { exp: LAST_DATE_SECONDS } })
    const refusal = await refusalWith(key, { claims: { exp: LAST_DATE_SECONDS + 1 } })
    expect(refusal).toEqual(MALFORMED)
  })

  test('[S16.5] the last second that a Date can hold bounds the past as well', async () => {
    for (const exp of [-LAST_DATE_SECONDS - 1, -9e15]) {
      expect(await refusalWith(key, { claims: { exp } })).toEqual(MALFORMED)
    }
    const refusal = await refusalWith(key, { claims: { exp: -LAST_DATE_SECONDS } })
    expect(refusal).toEqual(['exchange_rejected', 'expired'])
  })
})

describe('a token that is bound to a key', () => {
  test('[S8] a token that is bound to a key is refused whoever the caller and whosever the key: nobody could prove it', async () => {
    const thumbprint = 'x'.repeat(43)
    for (const caller of [{}, { binding: 'dpop' as const }, { binding: 'certificate' as const }]) {
      for (const cnf of [{ jkt: thumbprint }, { 'x5t#S256': thumbprint }, { jwk: {} }, {}, 'x']) {
        for (const dangerouslyAllowUnboundDowngrade of [true, false]) {
          const expectations = { dangerouslyAllowUnboundDowngrade }
          const given = { claims: { cnf }, request: { caller }, expectations }
          expect(await refusalWith(key, given)).toEqual(['exchange_rejected', 'bound_token'])
        }
      }
    }
  })

  test('[S8] a token that is bound to a key is none where cnf is null, and a plain one for a bound one stays refused', async () => {
    await verifiedWith(key, { claims: { cnf: null } })
    const request = { caller: { binding: 'dpop' as const } }
    expect(await refusalWith(key, { claims: { cnf: null }, request })).toEqual([
      'exchange_rejected',
      'unbound_downgrade',
    ])
  })
})

describe('more scope than was asked for', () => {
  const logged = async (scope: unknown, asked: readonly string[] = ['read:private']) => {
    const log = new RecordingLog()
    await verifiedWith(key, {
      claims: { scope },
      request: { scopes: asked },
      expectations: { log },
    })
    return log.named('exchange_scope_exceeded')
  }

  test('[S16.5] more scope than was asked for is used, and said in the log', async () => {
    const [line] = await logged('read:private write:private admin')
    expect(line).toMatchObject({
      level: 'warn',
      fields: { asked: ['read:private'], excess: 'write:private admin' },
    })
  })

  test('[S16.5] more scope than was asked for is said bounded and scrubbed', async () => {
    const [line] = await logged(`read:private eyJ${'a'.repeat(90)} ${'b '.repeat(5_000)}`)
    const text = JSON.stringify(line)
    expect(text.length).toBeLessThan(1_000)
    expect(text).not.toContain('aaaaaaaa')
  })

  test('[S16.5] more scope than was asked for is none where nothing but sign-in scopes came beside', async () => {
    expect(await logged('read:private email profile openid')).toEqual([])
    expect(await logged('read:private')).toEqual([])
  })

  test('[S16.5] more scope than was asked for also where no scope was asked for', async () => {
    expect(await logged('admin', [])).toHaveLength(1)
  })

  test('[S16.5] more scope than was asked for has another cure where no scope was asked for: to ask for one', async () => {
    const [line] = await logged('admin', [])
    expect(line?.fields).toMatchObject({
      asked: [],
      hint: expect.stringMatching(/none was asked for.*Give the tool a small scope/) as string,
    })
    const [other] = await logged('read:private admin')
    expect(other?.fields['hint']).not.toContain('none was asked for')
  })

  test('[S16.5] more scope than was asked for also of a token that cannot be looked into', async () => {
    const log = new RecordingLog()
    await verifyExchangedToken(
      exchangedOf('opaque', { scopes: ['read:private', 'admin'] }),
      requestOf(),
      expecting(key, { dangerouslyAllowOpaqueTokens: true, log }),
    )
    expect(log.named('exchange_scope_exceeded')).toHaveLength(1)
  })
})

describe('an issuer of its own for exchanges', () => {
  const EXCHANGE = 'https://exchange.example/'

  test('[case 28] an issuer of its own for exchanges is the one whose name and keys count, and no other', async () => {
    const own = await createSigningKey('ES256')
    const exchangeIssuer = issuerWith(() => Promise.resolve({ keys: [own.jwk] }), EXCHANGE)
    const expectations = expecting(key, { exchangeIssuer })
    const check = async (signer: SigningKey, iss?: string) =>
      verifyExchangedToken(
        exchangedOf(await signed(signer, iss === undefined ? {} : { claims: { iss } })),
        requestOf(),
        expectations,
      )
    await check(own, EXCHANGE)
    const reason = async (outcome: Promise<unknown>) => (await failureOf(outcome)).details.reason
    expect(await reason(check(key))).toBe('issuer')
    expect(await reason(check(own))).toBe('issuer')
    expect(await reason(check({ ...key, kid: own.kid }, EXCHANGE))).toBe('signature')
  })
})

test('a shared secret signs nothing here, whatever the key set holds', async () => {
  const secret = { kty: 'oct', k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYw', kid: 'shared' }
  const { createHmac } = await import('node:crypto')
  const [, payload = ''] = (await signed(key)).split('.')
  const header = Buffer.from('{"alg":"HS256","kid":"shared","typ":"at+jwt"}').toString('base64url')
  const mac = createHmac('sha256', Buffer.from(secret.k, 'base64url'))
    .update(`${header}.${payload}`)
    .digest('base64url')
  const issuer = issuerWith(() => Promise.resolve({ keys: [secret, key.jwk] }))
  const expectations = expecting(key, { issuerOf: () => issuer })
  const token = exchangedOf(`${header}.${payload}.${mac}`)
  const { details } = await failureOf(verifyExchangedToken(token, requestOf(), expectations))
  expect(details.reason).toBe('signature')
})
