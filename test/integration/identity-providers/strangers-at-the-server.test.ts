import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachMcpServer } from '../../../apps/development/attach-mcp-server.js'
import {
  startEntraStandIn,
  type EntraStandIn,
} from '../../../apps/identity-providers/entra/entra-stand-in.js'
import {
  startKeycloakStandIn,
  type KeycloakStandIn,
} from '../../../apps/identity-providers/keycloak/keycloak-stand-in.js'
import {
  startOktaStandIn,
  type OktaStandIn,
} from '../../../apps/identity-providers/okta/okta-stand-in.js'
import type { Environment } from '../../../src/config/config.js'
import { serve, type ListeningServer } from '../../../src/server/serve.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'

interface Stand {
  readonly server: ListeningServer
  readonly endpoint: string
}

const closing: (() => Promise<unknown>)[] = []
afterAll(() => Promise.all(closing.map((close) => close())))

async function listen(): Promise<Stand> {
  const server = await serve({ host: 'localhost', port: 0, drainMs: 50 })
  return { server, endpoint: `http://localhost:${server.port}/mcp` }
}

async function attach({ server, endpoint }: Stand, settings: Environment): Promise<void> {
  const attached = await attachMcpServer({
    server,
    settings: { AUTH0_AUDIENCE: endpoint, API_BASE_URL: 'http://localhost:1/', ...settings },
    ...{ environment: undefined, apiDocument: undefined, log: undefined },
    tokenCommandFor: () => undefined,
  })
  closing.push(attached.close)
}

const whoami = callTool('whoami')

/** The status and the error of a call of `whoami`. */
async function call(
  endpoint: string,
  token: string,
): Promise<readonly [number, string | undefined]> {
  const { status, headers } = await postMcp(endpoint, whoami, { token })
  const challenge = headers['www-authenticate'] ?? ''
  return [status, /error="([^"]+)"/.exec(challenge)?.[1]]
}

const PASSED = [200, undefined]
const REFUSED = [401, 'invalid_token']

describe('at the MCP server behind the stand-in for Entra', () => {
  let entra: EntraStandIn
  let endpoint: string
  beforeAll(async () => {
    const stand = await listen()
    endpoint = stand.endpoint
    entra = await startEntraStandIn({ port: 0, mcpServerUri: endpoint })
    closing.push(() => entra.close())
    await attach(stand, {
      IDENTITY_PROVIDER: 'entra',
      ISSUER_BASE_URL: entra.issuer,
      MCP_AUTH0_CLIENT_ID: entra.apps.mcpServer,
      MCP_AUTH0_CLIENT_SECRET: entra.clientSecret,
      API_AUTH0_AUDIENCE: entra.appIdUris.api,
    })
  })

  test('a person passes, whichever client the token is from', async () => {
    expect(await call(endpoint, await entra.tokens.user())).toEqual(PASSED)
    expect(await call(endpoint, await entra.tokens.user({ client: 'otherClient' }))).toEqual(PASSED)
  })

  test('an app without a user is refused, with idtyp and without', async () => {
    expect(await call(endpoint, await entra.tokens.app())).toEqual(REFUSED)
    const marked = await entra.tokens.app({ claims: { idtyp: 'app' } })
    expect(await call(endpoint, marked)).toEqual(REFUSED)
    const scoped = await entra.tokens.app({ claims: { idtyp: 'app', scp: 'tool:whoami' } })
    expect(await call(endpoint, scoped)).toEqual(REFUSED)
  })

  test('a user of another tenant is refused, though the same keys sign', async () => {
    const foreign = await entra.tokens.user({ tenant: 'fabrikam' })
    expect(await call(endpoint, foreign)).toEqual(REFUSED)
    const disguised = await entra.tokens.user({
      tenant: 'fabrikam',
      claims: { iss: entra.issuer },
    })
    expect(await call(endpoint, disguised)).toEqual(REFUSED)
  })

  test('a token for another app, an ID token and a token without oid or tid are refused', async () => {
    expect(await call(endpoint, await entra.tokens.user({ resource: 'api' }))).toEqual(REFUSED)
    expect(await call(endpoint, await entra.tokens.id())).toEqual(REFUSED)
    for (const claims of [{ oid: undefined }, { tid: undefined }]) {
      expect(await call(endpoint, await entra.tokens.user({ claims }))).toEqual(REFUSED)
    }
  })
})

describe('at the MCP server behind the stand-in for Keycloak', () => {
  let keycloak: KeycloakStandIn
  let endpoint: string
  beforeAll(async () => {
    const stand = await listen()
    endpoint = stand.endpoint
    keycloak = await startKeycloakStandIn({ port: 0, mcpClientId: endpoint })
    closing.push(() => keycloak.close())
    await attach(stand, {
      IDENTITY_PROVIDER: 'keycloak',
      ISSUER_BASE_URL: keycloak.issuer,
      MCP_AUTH0_CLIENT_ID: endpoint,
      MCP_AUTH0_CLIENT_SECRET: keycloak.clientSecret,
      API_AUTH0_AUDIENCE: keycloak.clientIds.api,
    })
  })

  test('a person passes, a service account is refused', async () => {
    const person = await keycloak.tokens.user({ scopes: ['tool:whoami'] })
    expect(await call(endpoint, person)).toEqual(PASSED)
    expect(await call(endpoint, await keycloak.tokens.serviceAccount())).toEqual(REFUSED)
  })

  test('a token for others, and one for others as well, are refused', async () => {
    const foreign = await keycloak.tokens.user({ clientId: 'other-client' })
    expect(await call(endpoint, foreign)).toEqual(REFUSED)
    const claims = { aud: [endpoint, 'account'] }
    const several = await keycloak.tokens.user({ scopes: ['tool:whoami'], claims })
    expect(await call(endpoint, several)).toEqual(REFUSED)
  })
})

describe('at the MCP server behind the stand-in for Okta', () => {
  let okta: OktaStandIn
  let endpoint: string
  beforeAll(async () => {
    const stand = await listen()
    endpoint = stand.endpoint
    okta = await startOktaStandIn({ port: 0, mcpAudience: endpoint })
    closing.push(() => okta.close())
    await attach(stand, {
      IDENTITY_PROVIDER: 'okta',
      ISSUER_BASE_URL: okta.issuer,
      EXCHANGE_ISSUER: okta.apiIssuer,
      MCP_AUTH0_CLIENT_ID: okta.clientIds.mcpServer,
      MCP_AUTH0_CLIENT_SECRET: okta.clientSecret,
      API_AUTH0_AUDIENCE: okta.audiences.api,
    })
  })

  test('a person passes, a service without uid is refused', async () => {
    expect(await call(endpoint, await okta.tokens.user())).toEqual(PASSED)
    expect(await call(endpoint, await okta.tokens.service())).toEqual(REFUSED)
  })

  test('a token of the authorization server for exchanges is refused, whoever it is for', async () => {
    expect(await call(endpoint, await okta.tokens.user({ server: 'api' }))).toEqual(REFUSED)
    const claims = { aud: endpoint }
    const forUs = await okta.tokens.user({ server: 'api', claims, scopes: ['tool:whoami'] })
    expect(await call(endpoint, forUs)).toEqual(REFUSED)
  })
})
