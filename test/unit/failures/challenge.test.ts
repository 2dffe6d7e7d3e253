import { validateHeaderValue } from 'node:http'
import { extractWWWAuthenticateParams } from '@modelcontextprotocol/client'
import fc from 'fast-check'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { buildChallenge, describable, type Challenge } from '../../../src/failures/challenge.js'

/** The challenges in a header as `openid-client` reads them: a strict parser of RFC 9110 §11.6.1. */
async function parsedBy(
  header: string,
): Promise<readonly { readonly scheme: string; readonly parameters: object }[]> {
  const configuration = new openid.Configuration({ issuer: 'https://as.example' }, 'client')
  configuration[openid.customFetch] = () =>
    Promise.resolve(new Response(null, { status: 401, headers: { 'WWW-Authenticate': header } }))
  const url = new URL('https://mcp.example/mcp')
  const outcome = await openid
    .fetchProtectedResource(configuration, 'token', url, 'GET')
    .catch((error: unknown) => error)
  if (outcome instanceof openid.WWWAuthenticateChallengeError) return outcome.cause
  throw new Error(`no parser makes sense of: ${header}`, { cause: outcome })
}

/** The parameters as the MCP client reads them: by a lenient search through the whole header. */
function readByMcpClient(header: string): Record<string, string | undefined> {
  const response = new Response(null, { status: 401, headers: { 'WWW-Authenticate': header } })
  const { resourceMetadataUrl, scope, error } = extractWWWAuthenticateParams(response)
  return { resourceMetadataUrl: resourceMetadataUrl?.href, scope, error }
}

const hostile = fc.constantFrom(
  '"',
  '\\',
  '\\"',
  '\r\n',
  '\n',
  '\u0000',
  ', ',
  '", error="x',
  '", Bearer error="x',
  'Basic realm=x',
  ' error=x ',
  ' scope=admin ',
  ' scope="admin" ',
  ' resource_metadata=https://evil.example/ ',
  '\u2028',
  '\u{1f600}',
  '\ud800',
  '=',
)
const text = fc
  .array(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 6 })
  .map((parts) => parts.join(''))
const legalScope = fc.stringMatching(/^[a-z0-9:._/-]{1,12}$/)
const metadata = fc.webUrl({ validSchemes: ['https'] })
const error = fc.constantFrom(
  'invalid_request',
  'invalid_token',
  'insufficient_scope',
  'insufficient_claims',
)

const challenge: fc.Arbitrary<Challenge> = fc.record(
  {
    scheme: fc.constantFrom('Bearer', 'DPoP'),
    error,
    errorDescription: text,
    resourceMetadata: metadata,
    scopes: fc.array(fc.oneof(legalScope, text)),
    claims: text,
    algs: fc.array(text),
  },
  { requiredKeys: ['resourceMetadata'] },
)

const base64 = (claims: string): string => Buffer.from(claims).toString('base64')

const isLegalScope = (scope: string): boolean =>
  /^[!#-[\]-~]+$/.test(scope) && scope !== 'offline_access'
const legalOnly = (scopes: readonly string[] = []): string | undefined =>
  scopes.some(isLegalScope) ? scopes.filter(isLegalScope).join(' ') : undefined

describe('buildChallenge', () => {
  test('buildChallenge writes one challenge whose error, scope and metadata a strict parser reads back exactly', async () => {
    await fc.assert(
      fc.asyncProperty(challenge, async (given) => {
        const challenges = await parsedBy(buildChallenge(given))
        const scope = legalOnly(given.scopes)
        const expected = {
          ...(given.error === undefined ? {} : { error: given.error }),
          ...(given.errorDescription === undefined
            ? {}
            : { error_description: expect.any(String) as string }),
          ...(scope === undefined ? {} : { scope }),
          resource_metadata: given.resourceMetadata,
          ...(given.claims === undefined ? {} : { claims: base64(given.claims) }),
          ...(given.algs === undefined ? {} : { algs: expect.any(String) as string }),
        }
        const scheme = (given.scheme ?? 'Bearer').toLowerCase()
        expect(challenges).toEqual([{ scheme, parameters: expected }])
      }),
      { numRuns: 500 },
    )
  })

  test('buildChallenge is read alike by the MCP client, whatever stands in the description', () => {
    const plain = fc.record(
      {
        error,
        errorDescription: text,
        resourceMetadata: metadata,
        scopes: fc.array(legalScope),
        claims: text,
      },
      { requiredKeys: ['resourceMetadata', 'error'] },
    )
    fc.assert(
      fc.property(plain, (given) => {
        expect(readByMcpClient(buildChallenge(given))).toEqual({
          error: given.error,
          scope: legalOnly(given.scopes),
          resourceMetadataUrl: new URL(given.resourceMetadata).href,
        })
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['scope', 'ask for scope=admin', undefined],
    ['resource_metadata', 'see resource_metadata=https://evil.example/', undefined],
    ['scope beside a scope', 'ask for scope=admin', ['tool:greet']],
  ])(
    'buildChallenge lends no %s to the MCP client through the description',
    (_name, errorDescription, scopes) => {
      const header = buildChallenge({
        error: 'invalid_token',
        errorDescription,
        resourceMetadata: 'https://mcp.example/.well-known/oauth-protected-resource',
        ...(scopes === undefined ? {} : { scopes }),
      })
      expect(readByMcpClient(header)).toEqual({
        error: 'invalid_token',
        scope: scopes?.join(' '),
        resourceMetadataUrl: 'https://mcp.example/.well-known/oauth-protected-resource',
      })
    },
  )

  test('buildChallenge is a legal header for node:http, whatever goes in', () => {
    const anything = fc.record(
      {
        errorDescription: text,
        resourceMetadata: text,
        scopes: fc.array(text),
        claims: text,
        algs: fc.array(text),
      },
      { requiredKeys: ['resourceMetadata'] },
    )
    fc.assert(
      fc.property(anything, (given) => {
        const header = buildChallenge(given)
        expect(() => {
          validateHeaderValue('www-authenticate', header)
        }).not.toThrow()
        expect(header).toMatch(/^[\x20-\x7e]+$/)
      }),
      { numRuns: 500 },
    )
  })

  test('buildChallenge carries no error code for a request without credentials', () => {
    expect(buildChallenge({ resourceMetadata: 'https://mcp.example/m', scopes: ['a', 'b'] })).toBe(
      'Bearer scope="a b", resource_metadata="https://mcp.example/m"',
    )
  })

  test('buildChallenge puts all scopes into one parameter and leaves out what is no scope token', async () => {
    const header = buildChallenge({
      error: 'insufficient_scope',
      resourceMetadata: 'https://mcp.example/m',
      scopes: ['tool:greet', 'two words', 'quo"te', '', 'tool:whoami'],
    })
    const [only] = await parsedBy(header)
    expect(only?.parameters).toHaveProperty('scope', 'tool:greet tool:whoami')
  })

  test('buildChallenge never asks for offline_access, which is no scope of a resource', () => {
    const scopes = ['offline_access', 'tool:greet']
    expect(buildChallenge({ resourceMetadata: 'https://mcp.example/m', scopes })).toBe(
      'Bearer scope="tool:greet", resource_metadata="https://mcp.example/m"',
    )
  })

  test('buildChallenge has no scope parameter when no scope is legal', () => {
    const header = buildChallenge({ resourceMetadata: 'https://mcp.example/m', scopes: ['', '"'] })
    expect(header).toBe('Bearer resource_metadata="https://mcp.example/m"')
  })

  test('buildChallenge names the accepted proof algorithms in a DPoP challenge', async () => {
    const header = buildChallenge({
      scheme: 'DPoP',
      error: 'invalid_dpop_proof',
      resourceMetadata: 'https://mcp.example/m',
      algs: ['ES256', 'EdDSA'],
    })
    const parameters = {
      error: 'invalid_dpop_proof',
      resource_metadata: 'https://mcp.example/m',
      algs: 'ES256 EdDSA',
    }
    expect(await parsedBy(header)).toEqual([{ scheme: 'dpop', parameters }])
  })
})

describe('describable', () => {
  test('describable leaves text alone that RFC 6750 allows', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ !#-[\]-~]*$/), (allowed) => {
        expect(describable(allowed)).toBe(allowed)
      }),
    )
  })

  test('describable gives only characters that RFC 6750 allows in a description', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(describable(given)).toMatch(/^[ !#-[\]-~]*$/)
      }),
    )
  })

  test('describable turns quotes into apostrophes and the rest into question marks', () => {
    expect(describable('say "no" \\ \n\u00e9')).toBe("say 'no' ? ??")
  })
})
