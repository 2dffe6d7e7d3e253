import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeError, errorCode, innermostCause } from '../../../src/logging/describe-error.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'

const TOKEN =
  'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJhdXRoMHxhYmMifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ'
const SECRET = 'pXo9_Zr4-QmT2vB7nL1kWs8yHd3fGj6aUe5cRi0x'

/** Everything that a library may hang on an error. */
function hung(cause?: unknown): Error {
  const error = new Error(`request with ${TOKEN} and client_secret=${SECRET} failed`, { cause })
  return Object.assign(error, {
    code: `E_${SECRET}`,
    response: new Response(TOKEN, { headers: { 'x-token': TOKEN } }),
    request: { headers: { authorization: `Bearer ${TOKEN}` }, body: `subject_token=${TOKEN}` },
    body: { access_token: TOKEN, client_secret: SECRET },
    options: [SECRET],
  })
}

const written = (error: unknown): string => JSON.stringify(describeError(error))

describe('describeError', () => {
  test('describeError lets no token out of message, code, stack, own members or causes', () => {
    const text = written(hung(hung(hung())))
    for (const part of [...TOKEN.split('.'), SECRET]) expect(text).not.toContain(part)
    expect(text).toContain('[scrubbed]')
  })

  test('describeError lets no token out of an aggregate of errors', () => {
    const text = written(new AggregateError([hung(), hung()], `all failed: ${SECRET}`))
    for (const part of [...TOKEN.split('.'), SECRET]) expect(text).not.toContain(part)
  })

  test('describeError lets no token out of the name of an error', () => {
    expect(written(Object.assign(hung(), { name: `Error ${SECRET}` }))).not.toContain(SECRET)
  })

  test.each([
    ['a string', TOKEN],
    ['an object', { token: TOKEN }],
    ['a list', [TOKEN]],
  ])('describeError lets no token out of %s that was thrown', (_what, thrown) => {
    expect(written(thrown)).toBe(JSON.stringify({ name: typeof thrown }))
    expect(written(new Error('x', { cause: thrown }))).not.toContain(TOKEN)
  })

  test('describeError tells name, code and message of an error and of its causes', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    expect(describeError(new TypeError('fetch failed', { cause: refused }))).toMatchObject({
      name: 'TypeError',
      message: 'fetch failed',
      causes: ['Error ECONNREFUSED: connect ECONNREFUSED'],
    })
  })

  test('describeError tells reason and status of our own errors among the causes, each cause as one text', () => {
    const refused = new OnBehalfOfError('downstream_failed', {
      ...{ reason: 'unexpected_status', status: 418, description: 'No coffee.' },
      cause: 'thrown text',
    })
    expect(describeError(new Error('outer', { cause: refused }))['causes']).toEqual([
      'OnBehalfOfError downstream_failed unexpected_status 418: No coffee.',
      'string',
    ])
  })

  test('describeError tells the stack of foreign errors on one line, and none of our own', () => {
    const foreign = describeError(new Error('foreign'))
    expect(foreign['stack']).toMatch(/^Error: foreign \| /)
    expect(foreign['stack']).not.toContain('\n')
    expect(describeError(new OnBehalfOfError('invalid_token'))).not.toHaveProperty('stack')
  })

  test('describeError ends where causes go in a circle', () => {
    const one = new Error('one')
    const other = new Error('other', { cause: one })
    one.cause = other
    expect(describeError(one)['causes']).toHaveLength(5)
  })

  test('describeError is bounded and can be serialised, whatever was thrown', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string({ maxLength: 9_999 }), (thrown, message) => {
        const error = new Error(message, { cause: new Error(message, { cause: thrown }) })
        expect(written(error).length).toBeLessThan(10_000)
        expect(describeError(thrown)).toHaveProperty('name')
      }),
    )
  })
})

describe('the code of an error', () => {
  test.each([
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_SOCKET',
    'ECONNREFUSED',
    'EAI_AGAIN',
    'verify_access_token_error',
    'token_by_client_credentials_error',
  ])('[case 23] the code of an error stays readable: %s', (code) => {
    expect(errorCode(code)).toBe(code)
    const failed = new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) })
    expect(describeError(failed)).toMatchObject({ causes: [`Error ${code}: x`] })
  })

  test.each([
    ['a token', TOKEN],
    ['a secret', SECRET],
    ['a code with a secret behind it', `ERR_${SECRET}`],
    ['a base32 secret', 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'],
    ['a digest', '9F86D081884C7D659A2FEAA0C55AD015'],
    ['one long word', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
    ['a code of mixed case', 'Err_AbCdEfGhIj_KlMnOpQrSt'],
  ])('[case 23] the code of an error is scrubbed where it looks like none: %s', (_what, code) => {
    expect(errorCode(code)).toMatch(/^(?:ERR_)?\[scrubbed\]$/)
  })

  test('[case 23] the code of an error is a number, or nothing, where it is no text', () => {
    expect([errorCode(7), errorCode({}), errorCode(undefined)]).toEqual(['7', undefined, undefined])
  })
})

describe('the innermost cause', () => {
  const chain = (...messages: readonly string[]): Error =>
    messages.reduceRight<Error | undefined>(
      (cause, message) => new Error(message, { cause }),
      undefined,
    ) ?? new Error('none')

  test('[case 23] the innermost cause is the last of a chain, with its code', () => {
    const tls = Object.assign(new Error('unable to verify the first certificate'), {
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    })
    const failed = new Error('unreachable', {
      cause: new TypeError('fetch failed', { cause: tls }),
    })
    expect(innermostCause(failed)).toBe(
      'unable to verify the first certificate (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
    )
  })

  test('[case 23] the innermost cause is each part of an aggregate: both addresses of a host that refuses', () => {
    const refused = (address: string): Error =>
      Object.assign(new Error(`connect ECONNREFUSED ${address}:443`), { code: 'ECONNREFUSED' })
    const both = new AggregateError([refused('::1'), refused('127.0.0.1')], '')
    expect(innermostCause(new TypeError('fetch failed', { cause: both }))).toBe(
      'connect ECONNREFUSED ::1:443; connect ECONNREFUSED 127.0.0.1:443',
    )
  })

  test('[case 23] the innermost cause has host and port where its message has none', () => {
    const reset = Object.assign(new Error('read ECONNRESET'), { address: '10.0.0.1', port: 443 })
    expect(innermostCause(chain('outer'))).toBeUndefined()
    expect(innermostCause(new Error('outer', { cause: reset }))).toBe(
      'read ECONNRESET (10.0.0.1:443)',
    )
  })

  test('[case 23] the innermost cause ends where causes go in a circle', () => {
    const one = new Error('one')
    one.cause = new Error('other', { cause: one })
    expect(innermostCause(one)).toMatch(/^(?:one|other)$/)
  })

  test('[case 23] the innermost cause has no token, wherever it stands', () => {
    for (const error of [chain('a', TOKEN), chain('a', 'b', `secret ${SECRET}`)]) {
      for (const part of [...TOKEN.split('.'), SECRET]) {
        expect(innermostCause(error)).not.toContain(part)
      }
    }
  })

  test('[S11] the innermost cause of text that is no JSON is the name of the error alone', () => {
    expect(innermostCause(new Error('outer', { cause: syntaxErrorOf('SSN 123-45-6789') }))).toBe(
      'SyntaxError',
    )
  })
})

describe('an error that quotes what it could not parse', () => {
  test('[S11] an error that quotes what it could not parse is described by its name, without message, and its stack without the quotation', () => {
    const described = describeError(syntaxErrorOf('SSN 123-45-6789 pw hunter2'))
    expect(described).toMatchObject({ name: 'SyntaxError' })
    expect(described).not.toHaveProperty('message')
    expect(described['stack']).toMatch(/^SyntaxError \|\s+at /)
    expect(JSON.stringify(described)).not.toContain('SSN')
  })

  test('[S11] an error that quotes what it could not parse is described so among the causes of others, and in aggregates', () => {
    const error = syntaxErrorOf('SSN 123-45-6789 pw hunter2')
    for (const outer of [
      new Error('outer', { cause: error }),
      new AggregateError([error], 'all'),
    ]) {
      expect(describeError(outer)).toMatchObject({ causes: ['SyntaxError'] })
      expect(JSON.stringify(describeError(outer))).not.toContain('SSN')
    }
  })
})

function syntaxErrorOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return error
  }
}
