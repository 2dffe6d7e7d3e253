import { request } from 'node:http'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { assertNoTokenInBody, parseCredentials } from '../../../src/identity/credentials.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { failureThrownBy } from '../outcomes.js'

const parse = (rawHeaders: readonly string[], url = '/mcp') => parseCredentials({ rawHeaders, url })
const authorization = (value: string): readonly string[] => ['Authorization', value]
const refusal = (rawHeaders: readonly string[], url?: string) => {
  const { code, details } = failureThrownBy(() => parse(rawHeaders, url))
  return [code, details.reason]
}

const B64TOKEN = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/')
const token = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...B64TOKEN), minLength: 1, maxLength: 80 }),
    fc.constantFrom('', '=', '=='),
  )
  .map((parts) => parts.join(''))
const scheme = fc.constantFrom('Bearer', 'bearer', 'BEARER', 'bEaReR')
const spaces = fc.constantFrom(' ', '  ', '     ')

describe('parseCredentials', () => {
  test('parseCredentials gives exactly the token of a bearer header, in whatever case the scheme is', () => {
    fc.assert(
      fc.property(scheme, spaces, token, (name, gap, value) => {
        const credentials = parse(authorization(`${name}${gap}${value}`))
        expect(credentials.scheme).toBe('bearer')
        expect(credentials.token.reveal()).toBe(value)
        expect(credentials).not.toHaveProperty('proof')
      }),
    )
  })

  test('parseCredentials gives the token and the proof of a DPoP request', () => {
    const credentials = parse([...authorization('DPoP abc.def.ghi'), 'DPoP', 'proof.of.it'])
    expect(credentials.scheme).toBe('dpop')
    expect(credentials.token.reveal()).toBe('abc.def.ghi')
    expect(credentials.proof).toBe('proof.of.it')
  })

  test('parseCredentials finds the headers in whatever case and place they are', () => {
    const credentials = parse([
      'Host',
      'x',
      'AUTHORIZATION',
      'dpop t',
      'Accept',
      '*/*',
      'dPoP',
      'p',
    ])
    expect([credentials.token.reveal(), credentials.proof]).toEqual(['t', 'p'])
  })

  test('parseCredentials does not take the value of one header for the name of another', () => {
    expect(refusal(['X-Note', 'authorization', 'Bearer abc', 'x'])[0]).toBe('no_credentials')
  })

  test('parseCredentials tells an absent header from a bad one', () => {
    expect(refusal([])).toEqual(['no_credentials', undefined])
    expect(refusal(['Proxy-Authorization', 'Bearer abc'])).toEqual(['no_credentials', undefined])
  })

  test.each([
    '',
    ' ',
    'Bearer',
    'Bearer ',
    'Bearer  ',
    'Bearer a b',
    'Bearer a,b',
    'Bearer a, Bearer b',
    'Bearer "abc"',
    'Bearer abc\n',
    'Bearer\tabc',
    'Bearer a=b',
    'Bearer =',
    'Bearer t\u00f6ken',
    'Bearer abc\u0000',
    'Bearer:abc',
    'Bearerabc',
    ' Bearer abc',
    'Basic dXNlcjpwYXNz',
    'Token abc',
    'abc',
    'Bearer token=abc',
    'Bearer Bearer abc',
  ])('parseCredentials refuses the header %j as no bearer token', (value) => {
    expect(refusal(authorization(value))).toEqual(['malformed_credentials', 'not_bearer'])
  })

  test.each([
    ['two headers', [...authorization('Bearer a'), ...authorization('Bearer b')]],
    ['the same header twice', [...authorization('Bearer a'), ...authorization('Bearer a')]],
    ['headers that differ in case', ['authorization', 'Bearer a', 'AUTHORIZATION', 'Bearer a']],
    ['an empty one beside a good one', [...authorization(''), ...authorization('Bearer a')]],
  ])('parseCredentials refuses %s', (_what, rawHeaders) => {
    expect(refusal(rawHeaders)).toEqual(['malformed_credentials', 'doubled_authorization'])
  })

  test.each([
    '/mcp?access_token=abc',
    '?access_token=abc',
    '/mcp?access_token',
    '/mcp?access_token=',
    '/mcp?a=b&access_token=abc',
    '/mcp?access%5Ftoken=abc',
    '/mcp?%61ccess_token=abc',
    '/mcp??a&access_token=abc',
    '/mcp?access_token=a&access_token=b',
    'http://mcp.example/mcp?access_token=abc',
  ])('parseCredentials refuses a token in the query: %s', (url) => {
    const wanted = ['malformed_credentials', 'token_in_query']
    expect(refusal([], url)).toEqual(wanted)
    expect(refusal(authorization('Bearer abc'), url)).toEqual(wanted)
  })

  test.each(['/mcp?token=abc', '/mcp?x=access_token', '/access_token', '/mcp?access_token2=a'])(
    'parseCredentials minds nothing else in the query: %s',
    (url) => {
      expect(parse(authorization('Bearer abc'), url).token.reveal()).toBe('abc')
    },
  )

  test.each([
    ['a DPoP token without proof', authorization('DPoP abc'), 'not_one_proof'],
    ['two proofs', [...authorization('DPoP abc'), 'dpop', 'p', 'dpop', 'q'], 'not_one_proof'],
    ['two proofs in one', [...authorization('DPoP abc'), 'dpop', 'p, q'], 'not_one_proof'],
    [
      'a proof beside a bearer token',
      [...authorization('Bearer a'), 'dpop', 'p'],
      'proof_with_bearer',
    ],
    ['a proof without token', ['dpop', 'p'], 'proof_without_token'],
  ])('parseCredentials refuses %s', (_what, rawHeaders, reason) => {
    expect(refusal(rawHeaders)).toEqual(['malformed_credentials', reason])
  })

  test('parseCredentials takes a token of 15 KiB and refuses one of 17 KiB', () => {
    const long = 'a'.repeat(15 * 1024)
    expect(parse(authorization(`Bearer ${long}`)).token.reveal()).toBe(long)
    expect(refusal(authorization(`Bearer ${'a'.repeat(17 * 1024)}`))).toEqual([
      'malformed_credentials',
      'token_too_long',
    ])
  })

  test('parseCredentials takes an Authorization header of 16 KiB and refuses one that is longer by a character', () => {
    const header = `Bearer ${'a'.repeat(16 * 1024 - 'Bearer '.length)}`
    expect(parse(authorization(header)).token.reveal()).toHaveLength(header.length - 7)
    expect(refusal(authorization(`${header}a`))[1]).toBe('token_too_long')
  })

  test('parseCredentials gives exactly the token or refuses, whatever the header is', () => {
    const near = fc
      .tuple(
        fc.constantFrom('Bearer', 'DPoP', 'Basic', ''),
        fc.string(),
        fc.string({ unit: 'binary' }),
      )
      .map((parts) => parts.join(''))
    const header = fc.oneof(
      near,
      fc.string({ unit: 'binary' }),
      fc.tuple(scheme, spaces, token, fc.string({ maxLength: 1 })).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(header, (value) => {
        try {
          const found = parse(authorization(value)).token.reveal()
          const illegal = Array.from(found).filter((one) => one !== '=' && !B64TOKEN.includes(one))
          expect(illegal).toEqual([])
          expect(value.slice(0, 'bearer'.length).toLowerCase()).toBe('bearer')
          expect(value.slice('bearer'.length).replace(/^ +/, '')).toBe(found)
        } catch (error) {
          if (!(error instanceof OnBehalfOfError)) throw error
          expect(error.code).toBe('malformed_credentials')
          if (value.length > 16) expect(error.message).not.toContain(value)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('parseCredentials sees two headers that came over a wire, where Node shows the first alone', async () => {
    const seen: (string | undefined)[] = []
    const server = await startHttpServer((req, res) => {
      seen.push(req.headers.authorization, refusal(req.rawHeaders, req.url)[1])
      res.end()
    })
    await new Promise<void>((resolve, reject) => {
      const headers = [...authorization('Bearer first'), ...authorization('Bearer second')]
      request(server.origin, { headers: ['Host', 'localhost', ...headers] }, (response) => {
        response.resume().on('end', resolve)
      })
        .on('error', reject)
        .end()
    })
    expect(seen).toEqual(['Bearer first', 'doubled_authorization'])
  })
})

describe('assertNoTokenInBody', () => {
  test.each([{ access_token: 'abc' }, { access_token: undefined }, { a: 1, access_token: null }])(
    'assertNoTokenInBody refuses %j',
    (body) => {
      const { code, details } = failureThrownBy(() => {
        assertNoTokenInBody(body)
      })
      expect([code, details.reason]).toEqual(['malformed_credentials', 'token_in_body'])
    },
  )

  test.each([
    undefined,
    null,
    'access_token',
    7,
    [],
    ['access_token'],
    {},
    { params: { access_token: 'a' } },
  ])('assertNoTokenInBody minds nothing in %j', (body) => {
    expect(() => {
      assertNoTokenInBody(body)
    }).not.toThrow()
  })
})
