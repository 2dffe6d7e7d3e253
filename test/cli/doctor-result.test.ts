import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  answerWith,
  API_AUDIENCE,
  CLIENT_ID,
  CLIENT_SECRET,
  mintExchanged,
  tokenAnswer,
} from '../helpers/exchange-answers.js'
import { startTestApi, type TestApi } from '../helpers/test-api.js'
import {
  createSigningKey,
  type MintOptions,
  TestIssuer,
  type TokenRequest,
} from '../helpers/test-issuer.js'
import { diagnose, writeEnv, type Diagnosis } from './doctor-support.js'

const MCP = 'http://localhost:1/mcp'

let issuer: TestIssuer
let api: TestApi
let directory: string

beforeEach(async () => {
  issuer = await TestIssuer.start()
  api = await startTestApi()
  directory = mkdtempSync(join(tmpdir(), 'doctor-'))
  writeEnv(directory, {
    ISSUER_BASE_URL: issuer.issuer,
    MCP_SERVER_URL: 'http://localhost:1',
    AUTH0_AUDIENCE: MCP,
    MCP_AUTH0_CLIENT_ID: CLIENT_ID,
    MCP_AUTH0_CLIENT_SECRET: CLIENT_SECRET,
    API_AUTH0_AUDIENCE: API_AUDIENCE,
    API_BASE_URL: api.origin,
  })
  api.responder = (_req, res) => res.writeHead(401).end()
})
afterEach(async () => {
  rmSync(directory, { recursive: true, force: true })
  await Promise.all([issuer.close(), api.close()])
})

/** Refuses what is no token, and otherwise answers with what `token` makes. */
async function diagnoseWith(token: (request: TokenRequest) => unknown): Promise<Diagnosis> {
  issuer.tokenResponder = async (request, res) => {
    const subject = request.parameters.get('subject_token') ?? ''
    if (!subject.startsWith('eyJ')) answerWith(res, { error: 'invalid_grant' }, 400)
    else answerWith(res, tokenAnswer(await token(request)))
  }
  const iat = Math.floor(Date.now() / 1_000) - 300
  return diagnose(directory, await issuer.mint(MCP, { claims: { iat } }), [])
}

describe('doctor and an exchange that gives something else than was asked for', () => {
  test('a good token passes, from any RFC 8693 server', async () => {
    const { code, named } = await diagnoseWith((request) => mintExchanged(issuer, request))
    expect(named('exchange.result')?.verdict).toBe('ok')
    expect(code).toBe(0)
  })

  const changes: readonly (readonly [string, MintOptions, RegExp, RegExp])[] = [
    [
      'nothing granted, as Auth0 answers where a role lacks the permission',
      { claims: { scope: undefined } },
      /downstream_scope_denied/,
      /Give the user a role/,
    ],
    ['another user', { claims: { sub: 'auth0|bob' } }, /\(subject/, /another user/],
    [
      'another audience',
      { claims: { aud: 'https://b.example/' } },
      /\(audience/,
      /API_AUTH0_AUDIENCE/,
    ],
    [
      'a token that is good here too',
      { claims: { aud: [API_AUDIENCE, MCP] } },
      /acceptable_here/,
      /of its own/,
    ],
    [
      'another actor',
      { claims: { act: { sub: 'somebody', client_id: 'their-client' } } },
      /\(actor/,
      /EXCHANGE_ACTOR/,
    ],
    ['another organization', { claims: { org_id: 'org_b' } }, /\(organization/, /organization/],
    ['an expired one', { claims: { exp: 1_000 } }, /\(expired/, /lifetime/],
  ]

  test.each(changes)('%s', async (_title, change, message, hint) => {
    const { code, wrong, named, hops } = await diagnoseWith((request) =>
      mintExchanged(issuer, request, change),
    )
    expect(code).toBe(1)
    expect(wrong()).toEqual(['exchange.result'])
    expect(named('exchange.result')?.message).toMatch(message)
    expect(named('exchange.result')?.hint).toMatch(hint)
    expect(hops).toHaveLength(2)
  })

  test('a signature by a key that is not published', async () => {
    const { kid, ...key } = await createSigningKey()
    const foreign = { ...key, kid: issuer.keys[0]?.kid ?? kid }
    const { wrong, named } = await diagnoseWith((request) =>
      mintExchanged(issuer, request, { key: foreign }),
    )
    expect(wrong()).toEqual(['exchange.result'])
    expect(named('exchange.result')?.hint).toContain('RS256')
  })

  test('an opaque token', async () => {
    const { wrong, named, hops } = await diagnoseWith(() => 'an-opaque-token-for-the-api')
    expect(wrong()).toEqual(['exchange.result'])
    expect(named('exchange.result')?.hint).toContain('issue JWTs')
    expect(hops).toHaveLength(1)
  })

  test('an authorization server that gives a token to whatever is asked is not to be used', async () => {
    issuer.tokenResponder = async (request, res) => {
      answerWith(res, tokenAnswer(await mintExchanged(issuer, request)))
    }
    const { wrong, named } = await diagnose(directory, undefined, [])
    expect(wrong()).toEqual(['client.credentials'])
    expect(named('client.credentials')?.hint).toContain('Do not use')
  })

  test('metadata without a list of grants is not checkable, and not wrong', async () => {
    const { named } = await diagnoseWith((request) => mintExchanged(issuer, request))
    expect(named('token_endpoint.grant')?.verdict).toBe('not_checkable')
  })

  test('metadata that does not list token exchange', async () => {
    issuer.metadataResponder = (_req, res) => {
      const { issuer: name } = issuer
      answerWith(res, {
        issuer: name,
        jwks_uri: `${name}jwks`,
        token_endpoint: `${name}token`,
        grant_types_supported: ['authorization_code'],
      })
    }
    const { wrong, named } = await diagnoseWith((request) => mintExchanged(issuer, request))
    expect(wrong()).toEqual(['token_endpoint.grant'])
    expect(named('token_endpoint.grant')?.hint).toContain('Enable the grant')
  })
})
