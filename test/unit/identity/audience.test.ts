import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assertAudience, describeRefusal } from '../../../src/identity/audience.js'
import type { Claims } from '../../../src/identity/caller.js'
import { failureThrownBy } from '../outcomes.js'

const AUDIENCE = 'http://localhost:3001/'
const ISSUER = 'https://tenant.example/'
const CUSTOM = 'https://tenant.eu.auth0.com/'
const EXPECTED = {
  audience: AUDIENCE,
  issuers: [ISSUER, CUSTOM],
  toleratedAudiences: ['mcp-server'],
}
const LONG_AGO = 1_000_000_000
const FAR_AHEAD = 100_000_000_000

const refusalReason = (aud: unknown, iss: unknown): string | undefined =>
  failureThrownBy(() => {
    assertAudience({ aud, iss }, EXPECTED)
  }).details.reason

describe('assertAudience', () => {
  test.each([
    ['the audience as text', AUDIENCE, ISSUER],
    ['the audience in a list', [AUDIENCE], ISSUER],
    ['the audience twice', [AUDIENCE, AUDIENCE], ISSUER],
    ["the issuer's userinfo beside it", [AUDIENCE, `${ISSUER}userinfo`], ISSUER],
    ['the userinfo of an issuer without a slash', ['https://i/userinfo', AUDIENCE], 'https://i'],
    ['the userinfo of another configured issuer', [AUDIENCE, `${CUSTOM}userinfo`], ISSUER],
    ['our own client id beside it', [AUDIENCE, 'mcp-server'], ISSUER],
    ['all of them', [`${ISSUER}userinfo`, 'mcp-server', AUDIENCE, `${CUSTOM}userinfo`], CUSTOM],
  ])('[case 8] [case 10] assertAudience accepts %s', (_what, aud, iss) => {
    expect(() => {
      assertAudience({ aud, iss }, EXPECTED)
    }).not.toThrow()
  })

  test.each([
    ['a number', 7],
    ['our own client id alone', 'mcp-server'],
    ['an object', { [AUDIENCE]: true }],
    ['a list in a list', [[AUDIENCE]]],
    ['another', 'http://localhost:8787/'],
    ['one that lacks the slash', 'http://localhost:3001'],
    ['one that goes on', `${AUDIENCE}mcp`],
    ['one in other case', 'HTTP://LOCALHOST:3001/'],
    ['two in one text', `${AUDIENCE} http://localhost:8787/`],
    ['the userinfo alone', `${ISSUER}userinfo`],
  ])('assertAudience refuses %s as an audience that is not ours', (_what, aud) => {
    expect(refusalReason(aud, ISSUER)).toBe('audience_mismatch')
  })

  test.each([
    ['missing', undefined],
    ['null', null],
    ['an empty list', []],
    ['an empty text', ''],
    ['a list with null', [null]],
    ['a list with an empty text', ['']],
  ])(
    '[case 11] assertAudience says of an audience that is %s that it is missing, and who can help',
    (_what, aud) => {
      const { message, details } = failureThrownBy(() => {
        assertAudience({ aud, iss: ISSUER }, EXPECTED)
      })
      expect(details.reason).toBe('audience_missing')
      expect(message).toContain('authorization server has to be configured')
      expect(message).not.toContain('Ask for one')
    },
  )

  test('[case 9] assertAudience names every other audience in the log, bounded, with what to do', () => {
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln'
    const aud = [AUDIENCE, 'account', 7, null, `x\n${jwt}`, 'y'.repeat(9_000), 'mcp-server']
    const { message, details } = failureThrownBy(() => {
      assertAudience({ aud, iss: ISSUER }, EXPECTED)
    })
    const named = details.log?.['otherAudiences'] as readonly string[]
    expect(named.slice(0, 3)).toEqual(['account', '(number)', '(null)'])
    expect(named[3]).toMatch(/^x \[scrubbed\] \(sha256 [0-9a-f]{12}\)$/)
    expect(named[4]).toMatch(/^y{128}… \(9000 characters, sha256 [0-9a-f]{12}\)$/)
    expect(named).toHaveLength(5)
    expect(details.log?.['hint']).toMatch(/audience resolve.*TOLERATED_AUDIENCES/s)
    expect(message).not.toContain('account')
  })

  test.each([
    ['another server', 'http://localhost:8787/', ['http://localhost:8787/']],
    ['several servers', ['a', 7], ['a', '(number)']],
  ])(
    'assertAudience logs the audience that was expected beside those of a token for %s',
    (_what, aud, receivedAudiences) => {
      const { details } = failureThrownBy(() => {
        assertAudience({ aud, iss: ISSUER }, EXPECTED)
      })
      expect(details.log).toEqual({
        expectedAudience: AUDIENCE,
        receivedAudiences,
        hint: expect.stringContaining('TOKEN_AUDIENCE') as string,
      })
    },
  )

  test('assertAudience logs the audience that was expected where a token names none', () => {
    const { details } = failureThrownBy(() => {
      assertAudience({ iss: ISSUER }, EXPECTED)
    })
    expect(details.log).toEqual({ expectedAudience: AUDIENCE })
  })

  test('[case 12] assertAudience tells the client to ask for the resource where the audience is another name', () => {
    const { message } = failureThrownBy(() => {
      assertAudience({ aud: 'other' }, { ...EXPECTED, resource: 'https://mcp.example/mcp' })
    })
    expect(message).toContain('https://mcp.example/mcp')
    expect(message).not.toContain(AUDIENCE)
  })

  test.each([
    ['of another server', 'https://else.example/', 'The client has to ask for a token for'],
    [
      'that differs by a slash',
      AUDIENCE.replace(/\/$/, ''),
      'with the same slash at the end (TOKEN_AUDIENCE',
    ],
  ])('assertAudience says in the log what to do about an audience %s', (_which, aud, hint) => {
    const { details } = failureThrownBy(() => {
      assertAudience({ aud }, { ...EXPECTED, resource: 'https://mcp.example/mcp' })
    })
    expect(details.log).toMatchObject({ expectedAudience: AUDIENCE, receivedAudiences: [aud] })
    expect(details.log?.['hint']).toContain(hint)
    expect(details.log?.['hint']).toContain('tokenAudience')
  })

  test.each([
    ['a second server', [AUDIENCE, 'http://localhost:8787/'], ISSUER],
    ['a companion that is no text', [AUDIENCE, 7], ISSUER],
    ['the userinfo of another issuer', [AUDIENCE, 'https://evil.example/userinfo'], ISSUER],
    ['a path below userinfo', [AUDIENCE, `${ISSUER}userinfo/x`], ISSUER],
    ['userinfo where no issuer is known', [AUDIENCE, 'undefined/userinfo'], undefined],
    ['nothing, where no issuer is known either,', [AUDIENCE, undefined], undefined],
    ['userinfo and a third', [AUDIENCE, `${ISSUER}userinfo`, 'https://third.example'], ISSUER],
  ])('assertAudience refuses a token that names %s as well', (_what, aud, iss) => {
    expect(refusalReason(aud, iss)).toBe('several_audiences')
  })

  test('assertAudience accepts a list if and only if it names us and nobody but userinfo', () => {
    const entry = fc.constantFrom<unknown>(AUDIENCE, `${ISSUER}userinfo`, 'https://x', '', null)
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), (aud) => {
        const good =
          aud.includes(AUDIENCE) &&
          aud.every((one) => one === AUDIENCE || one === `${ISSUER}userinfo`)
        const check = (): void => {
          assertAudience({ aud, iss: ISSUER }, EXPECTED)
        }
        if (good) expect(check).not.toThrow()
        else expect(failureThrownBy(check).code).toBe('invalid_token')
      }),
    )
  })
})

describe('describeRefusal', () => {
  const expectations = { issuers: [ISSUER], audience: AUDIENCE, clockToleranceSeconds: 5 }
  const good: Claims = { iss: ISSUER, aud: AUDIENCE, exp: FAR_AHEAD }
  const refusal = (claims: Claims, cause?: unknown) => {
    const issuer = typeof claims['iss'] === 'string' ? claims['iss'] : undefined
    const token = { type: undefined, keyId: undefined, issuer, claims }
    return describeRefusal(token, expectations, cause)
  }

  test.each([
    ['issuer_mismatch', { ...good, iss: 'https://other.example/' }],
    ['issuer_mismatch', { ...good, iss: 'https://tenant.example' }],
    ['issuer_mismatch', { aud: AUDIENCE, exp: FAR_AHEAD }],
    ['audience_mismatch', { ...good, aud: 'http://localhost:8787/' }],
    ['audience_missing', { iss: ISSUER, exp: FAR_AHEAD }],
    ['expired', { ...good, exp: LONG_AGO }],
    ['not_yet_valid', { ...good, nbf: FAR_AHEAD }],
    ['not_verified', good],
    ['not_verified', { ...good, exp: 'tomorrow', nbf: 'yesterday' }],
  ])('describeRefusal finds %s in %j', (reason, claims) => {
    const failure = refusal(claims)
    expect(failure.code).toBe('invalid_token')
    expect(failure.details.reason).toBe(reason)
  })

  test('describeRefusal says that only a trailing slash is wrong', () => {
    const failure = refusal({ ...good, aud: ['https://x.example', 'http://localhost:3001'] })
    expect(failure.details.description).toContain('trailing slash')
    expect(failure.details.description).toContain(AUDIENCE)
  })

  test('describeRefusal speaks of no slash where the audience is another one', () => {
    const failure = refusal({ ...good, aud: 'http://localhost:8787/' })
    expect(failure.details.description).not.toContain('slash')
    expect(failure.details.description).toContain(AUDIENCE)
  })

  test.each([
    ['that did not verify', good],
    ['of another issuer', { ...good, iss: 'https://other.example/' }],
    ['for another audience', { ...good, aud: 'http://localhost:8787/' }],
    ['for no audience', { ...good, aud: undefined }],
    ['that has expired', { ...good, exp: LONG_AGO }],
    ['that is not valid yet', { ...good, nbf: FAR_AHEAD }],
  ])('describeRefusal hands the cause on in the refusal of a token %s', (_what, claims) => {
    const cause = new Error('signature')
    expect(refusal(claims, cause).cause).toBe(cause)
  })

  describe('by the clock', () => {
    const NOW = 1_500_000_000

    /** At half a second past `NOW`, with five seconds of tolerance. */
    const reasonFor = (times: Claims): string | undefined => {
      const token = { type: undefined, keyId: undefined, issuer: ISSUER }
      const clock = (): number => NOW * 1_000 + 500
      return describeRefusal(
        { ...token, claims: { ...good, ...times } },
        { ...expectations, clock },
      ).details.reason
    }

    test.each([
      ['whose expiry is ahead', { exp: NOW + 1 }, 'not_verified'],
      ['that has expired within the tolerance', { exp: NOW - 4 }, 'not_verified'],
      ['that has expired at the end of the tolerance', { exp: NOW - 4.5 }, 'expired'],
      ['that has expired beyond the tolerance', { exp: NOW - 5 }, 'expired'],
      ['that became valid before', { nbf: NOW - 1 }, 'not_verified'],
      ['that becomes valid within the tolerance', { nbf: NOW + 5 }, 'not_verified'],
      ['that becomes valid at the end of the tolerance', { nbf: NOW + 5.5 }, 'not_verified'],
      ['that becomes valid beyond the tolerance', { nbf: NOW + 6 }, 'not_yet_valid'],
      ['whose expiry is text', { exp: `${NOW - 600}` }, 'not_verified'],
      ['whose start is text', { nbf: `${NOW + 600}` }, 'not_verified'],
    ])('describeRefusal by the clock says of a token %s: %o %s', (_what, times, reason) => {
      expect(reasonFor(times)).toBe(reason)
    })
  })

  test.each([
    ['https://tenant.example/', 'https://tenant.example', 'with'],
    ['https://tenant.example', 'https://tenant.example/', 'without'],
  ])(
    'describeRefusal names %s beside %s in the log, and says that a slash is all there is',
    (...given) => {
      const [iss, configured, how] = given
      const token = { type: undefined, keyId: undefined, issuer: iss, claims: { ...good, iss } }
      const { details, message } = describeRefusal(token, {
        ...expectations,
        issuers: [configured],
      })
      expect(details.log).toMatchObject({ expectedIssuers: [configured], receivedIssuer: iss })
      expect(details.log?.['hint']).toContain(`the issuer ${configured} ${how} a trailing slash`)
      expect(message).not.toContain(configured)
    },
  )

  test('describeRefusal names ten of the expected issuers in the log, however many there are', () => {
    const issuers = Array.from({ length: 12 }, (_, index) => `https://${index}.example/`)
    const token = { type: undefined, keyId: undefined, issuer: ISSUER, claims: good }
    const { log } = describeRefusal(token, { ...expectations, issuers }).details
    expect(log).toEqual({ expectedIssuers: issuers.slice(0, 10), receivedIssuer: ISSUER })
  })

  test('describeRefusal logs a foreign issuer on one line, bounded and scrubbed, and offers no hint', () => {
    const iss = `https://a\n\u2028b.example/ eyJ${'x'.repeat(50)} ${'- '.repeat(5_000)}`
    const { log } = refusal({ ...good, iss }).details
    expect(log).toMatchObject({ expectedIssuers: [ISSUER] })
    expect(log?.['receivedIssuer']).toMatch(
      /^https:\/\/a {2}b\.example\/ \[scrubbed\] [- ]{0,200}$/,
    )
    expect(String(log?.['receivedIssuer']).length).toBeLessThanOrEqual(200)
    expect(log).not.toHaveProperty('hint')
    expect(refusal({ aud: AUDIENCE }).details.log).toMatchObject({ receivedIssuer: 'none' })
  })

  test('describeRefusal quotes nothing from the token towards its holder', () => {
    const foreign = fc.oneof(
      fc.stringMatching(/^[a-z]{3,9}$/).map((text) => `FOREIGN-${text}`),
      fc.constant(ISSUER),
      fc.constant(AUDIENCE),
      fc.nat(),
    )
    const claims = fc.record(
      { iss: foreign, aud: fc.oneof(foreign, fc.array(foreign)), exp: foreign, nbf: foreign },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(claims, (given) => {
        const { message, details } = refusal(given)
        expect(`${message} ${JSON.stringify({ ...details, log: undefined })}`).not.toContain(
          'FOREIGN',
        )
      }),
    )
  })
})
