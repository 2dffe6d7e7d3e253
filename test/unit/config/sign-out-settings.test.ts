import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig, type Environment } from '../../../src/config/config.js'
import { LEAST } from '../../helpers/least-settings.js'

const STREAM = {
  SHARED_SIGNALS_ISSUER: 'https://example.okta.com',
  SHARED_SIGNALS_AUDIENCE: 'stream',
}

const signOutOf = (settings: Environment) => parseConfig({ ...LEAST, ...settings }).signOut

function hintsOf(settings: Environment): readonly string[] {
  try {
    signOutOf(settings)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.issues.map(({ key, hint }) => `${key} ${hint}`)
  }
}

describe('the settings of sign-outs', () => {
  test('are off by default, and a sign-out is kept for a day', () => {
    expect(signOutOf({})).toEqual({
      ...{ backchannelClients: undefined, sharedSignals: undefined },
      ...{ sessionClaim: 'sid', tokenLifeSeconds: 86_400 },
    })
  })

  test('name clients, a stream, the claim of the session and the life of tokens', () => {
    const found = signOutOf({
      ...{ BACKCHANNEL_LOGOUT_CLIENTS: 'one two', ...STREAM },
      ...{ SHARED_SIGNALS_JWKS_URL: 'https://example.okta.com/keys', SESSION_CLAIM: 'session' },
      ...{ SHARED_SIGNALS_TOKEN: 't'.repeat(32), TOKEN_LIFE_HOURS: '48' },
    })
    expect(found).toMatchObject({
      ...{ backchannelClients: ['one', 'two'], sessionClaim: 'session', tokenLifeSeconds: 172_800 },
      sharedSignals: {
        ...{ issuer: 'https://example.okta.com', audience: 'stream' },
        jwksUrl: 'https://example.okta.com/keys',
      },
    })
    expect(found.sharedSignals?.token?.reveal()).toBe('t'.repeat(32))
  })

  test.each([
    ['a claim that nobody needs', { SESSION_CLAIM: 'session' }, /^SESSION_CLAIM has no effect/],
    ['a life that nobody needs', { TOKEN_LIFE_HOURS: '48' }, /^TOKEN_LIFE_HOURS has no effect/],
    [
      'a stream without an audience',
      { SHARED_SIGNALS_ISSUER: STREAM.SHARED_SIGNALS_ISSUER },
      /^SHARED_SIGNALS_AUDIENCE is missing/,
    ],
    [
      'an audience without a stream',
      { SHARED_SIGNALS_AUDIENCE: 'stream' },
      /^SHARED_SIGNALS_AUDIENCE has no effect/,
    ],
    [
      'a token without a stream',
      { SHARED_SIGNALS_TOKEN: 't'.repeat(32) },
      /^SHARED_SIGNALS_TOKEN has no effect/,
    ],
    [
      'a short token',
      { ...STREAM, SHARED_SIGNALS_TOKEN: 'short' },
      /^SHARED_SIGNALS_TOKEN must have 32/,
    ],
    ['an issuer that is no URL', { ...STREAM, SHARED_SIGNALS_ISSUER: 'okta' }, /_ISSUER /],
    ['no time', { ...STREAM, TOKEN_LIFE_HOURS: '0' }, /^TOKEN_LIFE_HOURS /],
  ])('refuse %s', (_what, settings, hint) => {
    const hints = hintsOf(settings)
    expect(hints).toHaveLength(1)
    expect(hints[0]).toMatch(hint)
  })
})
