import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { generate } from 'selfsigned'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startKeycloakStandIn } from '../../apps/identity-providers/keycloak/keycloak-stand-in.js'
import type { Fetch } from '../../src/http/fetch-json.js'
import { deploy, deployAtEntra, deployAtOkta, diagnose } from './doctor-stand-in-support.js'

const addressOf = (url: Parameters<Fetch>[0]): string =>
  url instanceof Request ? url.url : url.toString()

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const FRESH = { iat: Math.floor(Date.now() / 1_000) - 300 }

describe('doctor at the stand-in of Entra', () => {
  test('a deployment that is right is complete, with both hops', async () => {
    const { standIn, deployed, settings } = await deployAtEntra()
    const token = await standIn.tokens.user({ claims: FRESH })
    const { code, wrong, findings, hops, notChecked } = await diagnose(settings, deployed, token)
    expect(wrong()).toEqual([])
    expect(code).toBe(0)
    // Its metadata does not list the grants.
    expect(notChecked).toEqual(['token_endpoint.grant'])
    expect(findings.filter(({ verdict }) => verdict === 'warning')).toEqual([])
    expect(hops).toHaveLength(2)
  })

  test('the client is tried by a token of its own, the exchange by the grant of on-behalf-of, and nothing else is sent', async () => {
    const { standIn, deployed, settings } = await deployAtEntra()
    const asked: URLSearchParams[] = []
    const recording: Fetch = (url, init) => {
      const { body } = init ?? {}
      const isForm = typeof body === 'string' || body instanceof URLSearchParams
      if (addressOf(url) === standIn.tokenEndpoint && isForm) asked.push(new URLSearchParams(body))
      return fetch(url, init)
    }
    const token = await standIn.tokens.user({ claims: FRESH })
    const { named } = await diagnose(settings, deployed, token, recording)
    expect(named('client.credentials')).toMatchObject({ verdict: 'ok' })
    expect(named('client.exchange')).toMatchObject({ verdict: 'ok' })
    expect(asked.map((parameters) => parameters.get('grant_type'))).toEqual([
      'client_credentials',
      JWT_BEARER,
      JWT_BEARER,
    ])
    expect(asked[0]?.get('scope')).toBe(`${standIn.apps.mcpServer}/.default`)
    expect(Object.fromEntries(asked[1] ?? [])).toMatchObject({
      ...{ assertion: 'doctor-this-is-no-token', requested_token_use: 'on_behalf_of' },
      scope: `${standIn.appIdUris.api}/.default`,
    })
    const sent = new Set(asked.flatMap((parameters) => [...parameters.keys()]))
    for (const foreign of ['audience', 'resource', 'subject_token', 'requested_token_type']) {
      expect(sent).not.toContain(foreign)
    }
  })

  test.each([
    ['token exchange alone', TOKEN_EXCHANGE, 'wrong'],
    ['the grant of on-behalf-of', JWT_BEARER, 'ok'],
  ])(
    'metadata that lists %s is looked through for on-behalf-of',
    async (_title, grant, verdict) => {
      const { standIn, deployed, settings } = await deployAtEntra()
      const listing: Fetch = async (url, init) => {
        const answer = await fetch(url, init)
        if (!addressOf(url).endsWith('/.well-known/openid-configuration')) return answer
        const metadata = (await answer.json()) as Readonly<Record<string, unknown>>
        return Response.json({ ...metadata, grant_types_supported: [grant] })
      }
      const token = await standIn.tokens.user({ claims: FRESH })
      const { named } = await diagnose(settings, deployed, token, listing)
      expect(named('token_endpoint.grant')).toMatchObject({ verdict })
      expect(named('token_endpoint.grant')?.message).toContain('RFC 7523')
    },
  )

  test('a certificate in place of the secret proves the client at both checks and in the exchange', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'mcp-server' }], {
      keySize: 2048,
    })
    const { standIn, deployed, settings } = await deployAtEntra({ certificate: cert })
    const token = await standIn.tokens.user({ claims: FRESH })
    const { wrong, named } = await diagnose(
      {
        ...{ ...settings, MCP_AUTH0_CLIENT_SECRET: undefined },
        MCP_AUTH0_CLIENT_CERTIFICATE: `"${cert}"`,
        MCP_AUTH0_CLIENT_PRIVATE_KEY: `"${key}"`,
      },
      deployed,
      token,
    )
    expect(wrong()).toEqual([])
    expect(named('client.certificate')).toMatchObject({ verdict: 'ok' })
    expect(named('exchange.result')).toMatchObject({ verdict: 'ok' })
  })

  test('an application that is not there is a fault of the client', async () => {
    const { standIn, deployed, settings } = await deployAtEntra()
    const id = '99999999-9999-9999-9999-999999999999'
    const token = await standIn.tokens.user({ claims: FRESH })
    const { wrong } = await diagnose({ ...settings, MCP_AUTH0_CLIENT_ID: id }, deployed, token)
    expect(wrong()).toContain('client.credentials')
  })

  test('ids are compared without case, as Entra writes them', async () => {
    const { standIn, deployed, settings } = await deployAtEntra()
    const audience = standIn.apps.mcpServer.toUpperCase()
    const token = await standIn.tokens.user({ claims: FRESH })
    const { named } = await diagnose({ ...settings, TOKEN_AUDIENCE: audience }, deployed, token)
    expect(named('settings.client_id')).toMatchObject({ verdict: 'ok' })
  })

  test('an audience that is a URI is a warning that names the version of tokens', async () => {
    const { standIn, deployed, settings } = await deployAtEntra()
    const token = await standIn.tokens.user({ claims: FRESH })
    const { named } = await diagnose({ ...settings, TOKEN_AUDIENCE: 'api://x' }, deployed, token)
    expect(named('settings.client_id')).toMatchObject({ verdict: 'warning' })
    expect(named('settings.client_id')?.hint).toMatch(/requestedAccessTokenVersion/)
  })

  test('scopes of another application than the resource are a warning', async () => {
    const { standIn, deployed, settings } = await deployAtEntra()
    const token = await standIn.tokens.user({ claims: FRESH })
    const { named } = await diagnose({ ...settings, SCOPE_PREFIX: 'api://x' }, deployed, token)
    expect(named('settings.scope_prefix')).toMatchObject({ verdict: 'warning' })
    expect(named('settings.scope_prefix')?.hint).toMatch(/AADSTS9010010/)
  })

  test('every allowed tenant is looked at, and one that is not there leads to its setting', async () => {
    const { standIn, deployed, settings } = await deployAtEntra()
    const missing = '99999999-9999-9999-9999-999999999999'
    const token = await standIn.tokens.user({ claims: FRESH })
    const both = { ...settings, ALLOWED_TENANTS: `${standIn.tenants.fabrikam} ${missing}` }
    const { findings } = await diagnose(both, deployed, token)
    const metadata = findings.filter(({ check }) => check === 'issuer.metadata')
    expect(metadata.map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'wrong'])
    expect(metadata[2]?.hint).toMatch(/^Check ALLOWED_TENANTS/)
  })

  test('a secret that is wrong is found, with the menu where it is', async () => {
    const { standIn, deployed, settings } = await deployAtEntra()
    const token = await standIn.tokens.user({ claims: FRESH })
    const { wrong, named } = await diagnose(
      { ...settings, MCP_AUTH0_CLIENT_SECRET: 'another-secret' },
      deployed,
      token,
    )
    expect(wrong()).toEqual(['client.credentials'])
    expect(named('client.credentials')?.hint).toMatch(/Certificates & secrets/)
  })

  test('a client that is another application than that of the tokens is found before anything is exchanged', async () => {
    const { standIn, deployed, settings } = await deployAtEntra()
    const token = await standIn.tokens.user({ claims: FRESH })
    const { wrong } = await diagnose(
      { ...settings, TOKEN_AUDIENCE: standIn.apps.otherClient },
      deployed,
      token,
    )
    expect(wrong()).toContain('settings.client_id')
  })

  test.each([
    ['consent-observed', 'consent_required'],
    ['unassigned', 'access_denied'],
    ['mfa-documented', 'mfa_required'],
  ])('what a refusal of %s means is said in the words of Entra', async (username, code) => {
    const { standIn, deployed, settings } = await deployAtEntra()
    const token = await standIn.tokens.user({ username, claims: FRESH })
    const { wrong, named } = await diagnose(settings, deployed, token)
    expect(wrong()).toEqual(['exchange.request'])
    expect(named('exchange.request')?.message).toContain(code)
    expect(named('exchange.request')?.hint).toMatch(
      /Entra|App registrations|Enterprise|API permissions|Conditional Access/,
    )
  })
})

describe('doctor at the stand-in of Keycloak', () => {
  test('a deployment that is right is complete', async () => {
    const held = { issuer: '' }
    const deployed = await deploy('travel-api', () => held.issuer)
    const standIn = await startKeycloakStandIn({ port: 0, mcpClientId: deployed.mcp })
    onTestFinished(() => standIn.close())
    held.issuer = standIn.issuer
    const token = await standIn.tokens.user({ scopes: ['tool:whoami', 'tool:greet'] })
    const { code, wrong, notChecked, named } = await diagnose(
      {
        ISSUER_BASE_URL: standIn.issuer,
        MCP_AUTH0_CLIENT_ID: standIn.clientIds.mcpServer,
        MCP_AUTH0_CLIENT_SECRET: standIn.clientSecret,
        API_AUTH0_AUDIENCE: standIn.clientIds.api,
      },
      deployed,
      token,
    )
    expect(wrong()).toEqual([])
    expect([code, notChecked]).toEqual([0, []])
    expect(named('identity_provider')?.message).toBe(
      `Keycloak, found from the issuer ${standIn.issuer}.`,
    )
  })
})

describe('doctor at the stand-in of Okta', () => {
  test('a deployment with two authorization servers that is right is complete', async () => {
    const { standIn, deployed, settings } = await deployAtOkta()
    const token = await standIn.tokens.user({ claims: FRESH })
    const { code, wrong, notChecked } = await diagnose(settings, deployed, token)
    expect(wrong()).toEqual([])
    expect([code, notChecked]).toEqual([0, []])
  })

  test('an authorization server that one API names is where the client is tried, and no other is', async () => {
    const { standIn, deployed, settings } = await deployAtOkta()
    const file = join(mkdtempSync(join(tmpdir(), 'doctor-')), 'config.yaml')
    onTestFinished(() => {
      rmSync(dirname(file), { recursive: true, force: true })
    })
    const document = join(import.meta.dirname, '../../apps/downstream-api/openapi.yaml')
    const travel = {
      ...{ audience: standIn.audiences.api, baseUrl: deployed.api, document },
      exchange: { issuer: standIn.apiIssuer },
    }
    writeFileSync(file, JSON.stringify({ apis: { travel } }))
    const { findings } = await diagnose(
      {
        ...{ ...settings, API_AUTH0_AUDIENCE: undefined, API_BASE_URL: undefined },
        ...{ EXCHANGE_ISSUER: undefined, CONFIG_PATH: file },
      },
      deployed,
      await standIn.tokens.user({ claims: FRESH }),
    )
    const tried = findings.filter(({ check }) => check.startsWith('client.'))
    expect(tried.map(({ issuer, verdict }) => [issuer, verdict])).toEqual([
      [standIn.apiIssuer, 'ok'],
      [standIn.apiIssuer, 'ok'],
    ])
    expect(findings.map(({ check }) => check)).not.toContain('settings.exchange_issuer')
  })

  test('a server that is not among the trusted ones is found, with the menu where it is added', async () => {
    const { standIn, deployed, settings } = await deployAtOkta({ isTrusted: false })
    const token = await standIn.tokens.user({ claims: FRESH })
    const { wrong, named } = await diagnose(settings, deployed, token)
    expect(wrong()).toEqual(['exchange.request'])
    expect(named('exchange.request')?.hint).toMatch(/Trusted servers/)
  })

  test('one authorization server for both is a warning, and it knows no other audience than its own', async () => {
    const { standIn, deployed, settings } = await deployAtOkta()
    const token = await standIn.tokens.user({ claims: FRESH })
    const { named, wrong } = await diagnose(
      { ...settings, EXCHANGE_ISSUER: undefined },
      deployed,
      token,
    )
    expect(named('settings.exchange_issuer')).toMatchObject({ verdict: 'warning' })
    expect(wrong()).toEqual(['exchange.audience'])
  })
})
