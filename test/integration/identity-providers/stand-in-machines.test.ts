import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEntraStandIn } from '../../../apps/identity-providers/entra/entra-stand-in.js'
import { startKeycloakStandIn } from '../../../apps/identity-providers/keycloak/keycloak-stand-in.js'
import { startOktaStandIn } from '../../../apps/identity-providers/okta/okta-stand-in.js'
import type { Environment } from '../../../src/config/config.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { startTestApi, type TestApi } from '../../helpers/test-api.js'
import { TestIssuer } from '../../helpers/test-issuer.js'
import { callForAnswer, type ToolAnswer } from '../../helpers/tool-answer.js'

/** What a stand-in that runs has to do with a server of the test. */
interface Wired {
  readonly settings: Environment
  /** A user's token for the server, and tokens of machines for the same server. */
  readonly user: () => Promise<string>
  readonly machines: Readonly<Record<string, () => Promise<string>>>
  close(): Promise<void>
}

const WIRED: Readonly<Record<string, () => Promise<Wired>>> = {
  async entra() {
    const entra = await startEntraStandIn({ port: 0 })
    const { issuer, issuers, apps, appIdUris, clientSecret, tokens } = entra
    return {
      settings: {
        IDENTITY_PROVIDER: 'entra',
        ISSUER_BASE_URL: issuer,
        ADDITIONAL_ISSUERS: issuers.contoso.v1,
        MCP_AUTH0_CLIENT_ID: apps.mcpServer,
        MCP_AUTH0_CLIENT_SECRET: clientSecret,
        API_AUTH0_AUDIENCE: appIdUris.api,
      },
      user: () => tokens.user(),
      machines: {
        'an app-only token': () => tokens.app(),
        'an app-only token of version 1': () =>
          tokens.app({ version: 1, claims: { aud: apps.mcpServer } }),
        'an app-only token that says so': () => tokens.app({ claims: { idtyp: 'app' } }),
        'an app-only token that has the roles of a person as scope': () =>
          tokens.app({ claims: { scope: 'tool:greet tool:whoami' } }),
      },
      close: () => entra.close(),
    }
  },
  async keycloak() {
    const keycloak = await startKeycloakStandIn({ port: 0 })
    const { issuer, clientIds, clientSecret, tokens } = keycloak
    return {
      settings: {
        IDENTITY_PROVIDER: 'keycloak',
        ISSUER_BASE_URL: issuer,
        TOKEN_AUDIENCE: clientIds.mcpServer,
        MCP_AUTH0_CLIENT_ID: clientIds.mcpServer,
        MCP_AUTH0_CLIENT_SECRET: clientSecret,
        API_AUTH0_AUDIENCE: clientIds.api,
      },
      user: () => tokens.user({ scopes: ['tool:whoami', 'tool:greet'] }),
      machines: { 'the token of a service account': () => tokens.serviceAccount() },
      close: () => keycloak.close(),
    }
  },
  async okta() {
    const okta = await startOktaStandIn({ port: 0 })
    const { issuer, apiIssuer, audiences, clientIds, clientSecret, tokens } = okta
    return {
      settings: {
        IDENTITY_PROVIDER: 'okta',
        ISSUER_BASE_URL: issuer,
        EXCHANGE_ISSUER: apiIssuer,
        TOKEN_AUDIENCE: audiences.mcp,
        MCP_AUTH0_CLIENT_ID: clientIds.mcpServer,
        MCP_AUTH0_CLIENT_SECRET: clientSecret,
        API_AUTH0_AUDIENCE: audiences.api,
      },
      user: () => tokens.user(),
      machines: {
        "a service application's token": () => tokens.service(),
        "a service application's token with a user's name as its subject": () =>
          tokens.service({ claims: { sub: 'alice@okta.example' } }),
      },
      close: () => okta.close(),
    }
  },
}

describe.each(Object.entries(WIRED))('a server for the stand-in of %s', (_name, wire) => {
  let wired: Wired
  let unused: TestIssuer
  let api: TestApi
  let server: TestServer

  beforeAll(async () => {
    ;[wired, unused, api] = await Promise.all([
      wire(),
      TestIssuer.start(),
      startTestApi((_req, res) => {
        const body = { msg: 'Hello', sub: 'x', scopes: 'read:private' }
        res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
      }),
    ])
    server = await startMcpServer({ issuer: unused, api, environment: wired.settings })
  })

  afterAll(async () => {
    await server.close()
    await Promise.all([wired.close(), unused.close(), api.close()])
  })

  const call = async (token: string): Promise<ToolAnswer & { readonly reason: unknown }> => {
    const before = server.log.lines.length
    const answer = await callForAnswer(server, { token })
    const line = server.log.lines.slice(before).find(({ name }) => name === 'request_refused')
    return { ...answer, reason: line?.fields['reason'] }
  }

  test('a user calls the API, and no machine with a token for the same server does', async () => {
    const greeted = await call(await wired.user())
    expect(greeted).toMatchObject({ status: 200, isError: false })
    expect(api.requests).toHaveLength(1)
    for (const [what, machine] of Object.entries(wired.machines)) {
      const token = await machine()
      const { status, reason, challenge } = await call(token)
      expect([what, status, reason]).toEqual([what, 401, 'machine_token'])
      expect(challenge).toContain('error="invalid_token"')
      expect(decodeJwt(token).aud).toEqual(decodeJwt(await wired.user()).aud)
    }
    expect(api.requests).toHaveLength(1)
  })
})
