import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { generate } from 'selfsigned'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startEntraStandIn } from '../../apps/identity-providers/entra/entra-stand-in.js'
import { startKeycloakStandIn } from '../../apps/identity-providers/keycloak/keycloak-stand-in.js'
import { startOktaStandIn } from '../../apps/identity-providers/okta/okta-stand-in.js'
import { run } from '../../cli/doctor/run.js'
import type { Fetch } from '../../src/http/fetch-json.js'
import type { Environment } from '../../src/config/config.js'
import { recordingIo } from '../helpers/command-io.js'
import { claimsOf } from '../helpers/exchange-answers.js'
import { startHttpServer } from '../helpers/start-http-server.js'
import { readReport, writeEnv, type Diagnosis } from './doctor-support.js'
import { MCP_PATH, mcpServer } from './doctor-world.js'

interface Deployed {
  readonly mcp: string
  readonly api: string
}

/** An MCP server as clients see it, and an API that lets in tokens with that audience. */
async function deploy(audience: string, issuerOf: () => string): Promise<Deployed> {
  const answer: RequestListener = (req, res) => {
    const [, token = ''] = (req.headers.authorization ?? '').split(' ')
    const { aud, client_id: invented } = claimsOf(token)
    const isFor = [aud].flat().includes(audience) && invented !== 'doctor'
    res.writeHead(!isFor ? 401 : req.url === '/api/private-scope' ? 200 : 404).end('{}')
  }
  const facts = { mcp: '' }
  const api = await startHttpServer(answer)
  const mcp = await startHttpServer(mcpServer(() => ({ issuer: issuerOf(), mcp: facts.mcp })))
  facts.mcp = `${mcp.origin}${MCP_PATH}`
  return { mcp: facts.mcp, api: api.origin }
}

/** Runs the doctor with these settings, and a user's token. */
async function diagnose(
  settings: Environment,
  { mcp, api }: Deployed,
  token: string,
  fetch?: Fetch,
): Promise<Diagnosis> {
  const directory = mkdtempSync(join(tmpdir(), 'doctor-'))
  try {
    const server = { MCP_SERVER_URL: new URL(mcp).origin, AUTH0_AUDIENCE: mcp, API_BASE_URL: api }
    writeEnv(directory, { ...server, ...settings })
    const io = recordingIo({ directory, stdin: token, ...(fetch === undefined ? {} : { fetch }) })
    const code = await run(['--token-stdin', '--call-api', '--json'], io)
    return readReport(code, io.output())
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const addressOf = (url: Parameters<Fetch>[0]): string =>
  url instanceof Request ? url.url : url.toString()

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const FRESH = { iat: Math.floor(Date.now() / 1_000) - 300 }

describe('doctor at the stand-in of Entra', () => {
  async function entra(
    options: { readonly apiTokenVersion?: 1 | 2; readonly certificate?: string } = {},
  ) {
    const held = { issuer: '' }
    const appId = '22222222-aaaa-4aaa-8aaa-000000000002'
    const audience = options.apiTokenVersion === 1 ? `api://${appId}` : appId
    const deployed = await deploy(audience, () => held.issuer)
    const standIn = await startEntraStandIn({ port: 0, mcpServerUri: deployed.mcp, ...options })
    onTestFinished(() => standIn.close())
    held.issuer = standIn.issuer
    const settings: Environment = {
      IDENTITY_PROVIDER: 'entra',
      ISSUER_BASE_URL: standIn.issuer,
      MCP_AUTH0_CLIENT_ID: standIn.apps.mcpServer,
      MCP_AUTH0_CLIENT_SECRET: standIn.clientSecret,
      API_AUTH0_AUDIENCE: standIn.appIdUris.api,
    }
    return { standIn, deployed, settings }
  }

  test('a deployment that is right is complete, with both hops', async () => {
    const { standIn, deployed, settings } = await entra()
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
    const { standIn, deployed, settings } = await entra()
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
      const { standIn, deployed, settings } = await entra()
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
    const { standIn, deployed, settings } = await entra({ certificate: cert })
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
    const { standIn, deployed, settings } = await entra()
    const id = '99999999-9999-9999-9999-999999999999'
    const token = await standIn.tokens.user({ claims: FRESH })
    const { wrong } = await diagnose({ ...settings, MCP_AUTH0_CLIENT_ID: id }, deployed, token)
    expect(wrong()).toContain('client.credentials')
  })

  test('ids are compared without case, as Entra writes them', async () => {
    const { standIn, deployed, settings } = await entra()
    const audience = standIn.apps.mcpServer.toUpperCase()
    const token = await standIn.tokens.user({ claims: FRESH })
    const { named } = await diagnose({ ...settings, TOKEN_AUDIENCE: audience }, deployed, token)
    expect(named('settings.client_id')).toMatchObject({ verdict: 'ok' })
  })

  test('an audience that is a URI is a warning that names the version of tokens', async () => {
    const { standIn, deployed, settings } = await entra()
    const token = await standIn.tokens.user({ claims: FRESH })
    const { named } = await diagnose({ ...settings, TOKEN_AUDIENCE: 'api://x' }, deployed, token)
    expect(named('settings.client_id')).toMatchObject({ verdict: 'warning' })
    expect(named('settings.client_id')?.hint).toMatch(/requestedAccessTokenVersion/)
  })

  test('scopes of another application than the resource are a warning', async () => {
    const { standIn, deployed, settings } = await entra()
    const token = await standIn.tokens.user({ claims: FRESH })
    const { named } = await diagnose({ ...settings, SCOPE_PREFIX: 'api://x' }, deployed, token)
    expect(named('settings.scope_prefix')).toMatchObject({ verdict: 'warning' })
    expect(named('settings.scope_prefix')?.hint).toMatch(/AADSTS9010010/)
  })

  test('every allowed tenant is looked at, and one that is not there leads to its setting', async () => {
    const { standIn, deployed, settings } = await entra()
    const missing = '99999999-9999-9999-9999-999999999999'
    const token = await standIn.tokens.user({ claims: FRESH })
    const both = { ...settings, ALLOWED_TENANTS: `${standIn.tenants.fabrikam} ${missing}` }
    const { findings } = await diagnose(both, deployed, token)
    const metadata = findings.filter(({ check }) => check === 'issuer.metadata')
    expect(metadata.map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'wrong'])
    expect(metadata[2]?.hint).toMatch(/^Check ALLOWED_TENANTS/)
  })

  test('a secret that is wrong is found, with the menu where it is', async () => {
    const { standIn, deployed, settings } = await entra()
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
    const { standIn, deployed, settings } = await entra()
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
    const { standIn, deployed, settings } = await entra()
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
  async function okta(options: { readonly isTrusted?: boolean } = {}) {
    const held = { issuer: '' }
    const deployed = await deploy('api://travel', () => held.issuer)
    const standIn = await startOktaStandIn({
      ...{ port: 0, mcpAudience: deployed.mcp, refusesRequestedTokenType: true },
      ...options,
    })
    onTestFinished(() => standIn.close())
    held.issuer = standIn.issuer
    const settings: Environment = {
      IDENTITY_PROVIDER: 'okta',
      ISSUER_BASE_URL: standIn.issuer,
      EXCHANGE_ISSUER: standIn.apiIssuer,
      MCP_AUTH0_CLIENT_ID: standIn.clientIds.mcpServer,
      MCP_AUTH0_CLIENT_SECRET: standIn.clientSecret,
      API_AUTH0_AUDIENCE: standIn.audiences.api,
    }
    return { standIn, deployed, settings }
  }

  test('a deployment with two authorization servers that is right is complete', async () => {
    const { standIn, deployed, settings } = await okta()
    const token = await standIn.tokens.user({ claims: FRESH })
    const { code, wrong, notChecked } = await diagnose(settings, deployed, token)
    expect(wrong()).toEqual([])
    expect([code, notChecked]).toEqual([0, []])
  })

  test('an authorization server that one API names is where the client is tried, and no other is', async () => {
    const { standIn, deployed, settings } = await okta()
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
    const tried = findings.filter(({ check }) => /^client\./.test(check))
    expect(tried.map(({ issuer, verdict }) => [issuer, verdict])).toEqual([
      [standIn.apiIssuer, 'ok'],
      [standIn.apiIssuer, 'ok'],
    ])
    expect(findings.map(({ check }) => check)).not.toContain('settings.exchange_issuer')
  })

  test('a server that is not among the trusted ones is found, with the menu where it is added', async () => {
    const { standIn, deployed, settings } = await okta({ isTrusted: false })
    const token = await standIn.tokens.user({ claims: FRESH })
    const { wrong, named } = await diagnose(settings, deployed, token)
    expect(wrong()).toEqual(['exchange.request'])
    expect(named('exchange.request')?.hint).toMatch(/Trusted servers/)
  })

  test('one authorization server for both is a warning, and it knows no other audience than its own', async () => {
    const { standIn, deployed, settings } = await okta()
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
