import {
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthRouter,
} from '@modelcontextprotocol/sdk/server/auth/router.js'
import type { OAuthServerProvider } from '@modelcontextprotocol/sdk/server/auth/provider.js'
import type { OAuthClientInformationFull } from '@modelcontextprotocol/sdk/shared/auth.js'
import express, { type RequestHandler } from 'express'
import { expect, test } from 'vitest'
import { startStack } from '../../apps/development/start-stack.js'
import { closeWithTest } from '../helpers/close-with-test.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { startHttpServer } from '../helpers/start-http-server.js'
import { examine } from './examine.js'
import { OPEN_SERVER } from './open-server.js'
import { INCOMPLETE_OPENID } from './openid-metadata.js'
import { pathOf, sendJson, startWorld } from './world.js'

/** Its declarations give every request of Express another `auth` than the tests' own, so they are left out. */
const BEARER_AUTH = ['@modelcontextprotocol/sdk', 'server/auth/middleware/bearerAuth.js'].join('/')

interface BearerAuth {
  readonly requireBearerAuth: (options: {
    readonly verifier: OAuthServerProvider
    readonly resourceMetadataUrl?: string
  }) => RequestHandler
}

/** The SDK's own authorization server, as its documentation sets it up, in front of nothing. */
async function startSdkServer(
  setUp: 'as it comes' | 'with the address of the endpoint',
): Promise<string> {
  const { requireBearerAuth } = (await import(BEARER_AUTH)) as BearerAuth
  const app = express()
  const { origin } = await startHttpServer(app)
  const endpoint = new URL('/mcp', origin)
  const named = setUp !== 'as it comes'
  const issuerUrl = new URL(origin)
  app.use(
    mcpAuthRouter(
      named ? { provider, issuerUrl, resourceServerUrl: endpoint } : { provider, issuerUrl },
    ),
  )
  const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(endpoint)
  app.post(
    '/mcp',
    requireBearerAuth(named ? { verifier: provider, resourceMetadataUrl } : { verifier: provider }),
  )
  return endpoint.href
}

const clients = new Map<string, OAuthClientInformationFull>()
const never = (): Promise<never> => Promise.reject(new Error('nobody signs in here'))
const provider: OAuthServerProvider = {
  clientsStore: {
    getClient: (id) => clients.get(id),
    registerClient: (client) => {
      const registered = { ...client, client_id: 'sdk-client', client_id_issued_at: 0 }
      clients.set('sdk-client', registered)
      return registered
    },
  },
  authorize: (_client, _parameters, res) => {
    res.type('html').send('<h1>Sign in</h1>')
    return Promise.resolve()
  },
  ...{ challengeForAuthorizationCode: never, exchangeAuthorizationCode: never },
  ...{ exchangeRefreshToken: never, verifyAccessToken: never },
}

test('a server of the MCP SDK v1 as it comes names no metadata in its challenge, and has it at the address of the origin', async () => {
  const { report, failing } = await examine(await startSdkServer('as it comes'), ['--register'])
  expect(report.problems.map(({ id }) => id).sort()).toEqual([
    'challenge.no_metadata_address',
    'metadata.wrong_address',
  ])
  // The metadata is at the well-known address of the origin, where a literal reader of the RFC does not look.
  expect(failing).toEqual(['strict'])
})

test('a server of the MCP SDK v1 that knows the address of its endpoint is right', async () => {
  const endpoint = await startSdkServer('with the address of the endpoint')
  const { report } = await examine(endpoint, ['--register'])
  expect(report.problems).toEqual([])
})

test('with the development set-up, every client reaches the sign-in page, and the client that stays registered is named', async () => {
  const ports = { authorizationServer: 0, api: 0, mcp: 0 }
  const stack = await startStack({ ports, log: new RecordingLog() })
  closeWithTest(() => stack.close())
  const { report, exitCode } = await examine(stack.endpoint.href, ['--register'])
  // As at Auth0, whose metadata has the scopes of OpenID Connect alone.
  expect(report.problems.map(({ id, notes }) => ({ id, notes }))).toEqual([
    { id: 'server.scopes', notes: ['chatgpt', 'codex'] },
  ])
  expect(report.registeredClients).toHaveLength(1)
  expect(exitCode).toBe(0)
})

test('of a server that lets everybody in, no client needs a sign-in', async () => {
  const { endpoint } = await startWorld({ mcp: OPEN_SERVER })
  const { report, exitCode } = await examine(endpoint)
  expect(report.problems).toEqual([])
  expect(new Set(report.clients.map(({ verdict }) => verdict))).toEqual(
    new Set(['no_sign_in_needed']),
  )
  expect(exitCode).toBe(0)
})

test('a registered client that cannot be deleted is named', async () => {
  const { endpoint, issuer } = await startWorld()
  const { report } = await examine(endpoint, ['--register', '--client', 'sdk-v1'])
  expect(report.registeredClients).toEqual([
    { clientId: 'registered', endpoint: `${issuer}/registration` },
  ])
})

test('a registered client is deleted where the authorization server offers that, and its token is not told', async () => {
  const secret = 'registration-access-token-1234'
  const { endpoint, requests } = await startWorld({
    issuer: (req, res, { issuer }) => {
      if (pathOf(req) === '/registration') {
        return sendJson(res, 201, {
          ...{ client_id: 'registered', registration_access_token: secret },
          registration_client_uri: `${issuer}/registration/registered`,
        })
      }
      if (req.method !== 'DELETE' || req.headers.authorization !== `Bearer ${secret}`) return false
      res.writeHead(204).end()
      return true
    },
  })
  const { report } = await examine(endpoint, ['--register'])
  expect(report.registeredClients).toEqual([])
  expect(requests).toContain('issuer DELETE /registration/registered')
  expect(JSON.stringify(report)).not.toContain(secret)
})

test('no client is registered unless that is asked for', async () => {
  const { endpoint, requests } = await startWorld()
  await examine(endpoint)
  expect(requests.filter((line) => line.includes('registration'))).toEqual([])
})

test('metadata of OpenID Connect that is not complete stops clients that check it against that specification', async () => {
  const { endpoint } = await startWorld(INCOMPLETE_OPENID)
  const { report } = await examine(endpoint)
  const invalid = report.problems.find(({ id }) => id === 'server_metadata.invalid')
  expect(invalid?.fails).toEqual(['sdk-v1', 'sdk-v2', 'mcp-remote'])
  expect(invalid?.message).toContain('without jwks_uri')
})
