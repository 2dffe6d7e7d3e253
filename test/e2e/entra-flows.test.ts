import type { RequestListener } from 'node:http'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { startEntraStandIn } from '../../apps/identity-providers/entra/entra-stand-in.js'
import type { EntraFault } from '../../apps/identity-providers/entra/faults.js'
import { createJwtBearerExchanger } from '../../src/exchange/jwt-bearer-exchanger.js'
import { createIssuer } from '../../src/identity/issuer-keys.js'
import { Secret } from '../../src/secret.js'
import { createApp } from '../../src/server/app.js'
import { serve } from '../../src/server/serve.js'
import { defineTool } from '../../src/tools/define-tool.js'
import { claimsOf } from '../helpers/exchange-answers.js'
import { leakedInto } from '../helpers/exchange-leaks.js'
import { startSetUp, type ProviderSetUp } from '../helpers/provider-set-up.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { postForm, requestCode } from '../helpers/stand-in-flow.js'
import { startHttpServer } from '../helpers/start-http-server.js'
import { callForAnswer, type ToolAnswer } from '../helpers/tool-answer.js'

const MCP_CLIENT = '33333333-aaaa-4aaa-8aaa-000000000003'

/** The claims of a challenge, as a client reads them. */
function claimsIn({ challenge }: ToolAnswer): string {
  const [, encoded = ''] = /claims="([^"]+)"/.exec(challenge ?? '') ?? []
  return Buffer.from(encoded, 'base64').toString()
}

/** Signs a user in as a client does that knows Entra's claims challenges. */
async function tokenOf(
  { issuer, endpoint }: ProviderSetUp,
  username: EntraFault | 'alice',
  claims = '',
): Promise<string> {
  const base = issuer.replace(/\/v2\.0$/, '')
  const { redemption } = await requestCode({
    authorizationEndpoint: `${base}/oauth2/v2.0/authorize`,
    clientId: MCP_CLIENT,
    username,
    scope: `${endpoint.href}/tool:greet ${endpoint.href}/tool:whoami`,
    further: { resource: endpoint.href, claims },
  })
  const { body } = await postForm(`${base}/oauth2/v2.0/token`, redemption)
  return String(body['access_token'])
}

describe('a user whom the policies of Entra ID hold up', () => {
  let running: ProviderSetUp

  beforeAll(async () => {
    running = await startSetUp('entra')
  })

  afterAll(() => running.close())

  test.each<EntraFault>(['mfa-documented', 'mfa-observed', 'blocked-claims'])(
    '%s: the client gets 401 with the claims of the policy, and with a sign-in for these claims the API answers',
    async (username) => {
      const token = await tokenOf(running, username)
      const calls = running.apiCalls.length
      const refused = await callForAnswer(running, { token })
      expect(refused.status).toBe(401)
      expect(refused.challenge).toContain('error="insufficient_claims"')
      expect(JSON.parse(claimsIn(refused))).toHaveProperty('access_token.capolids')
      expect(refused.raw).toMatch(/sign in again|second factor/)
      expect(running.apiCalls).toHaveLength(calls)

      const stronger = await tokenOf(running, username, claimsIn(refused))
      expect(await callForAnswer(running, { token: stronger })).toMatchObject({
        ...{ status: 200, isError: false },
      })
      expect(running.apiCalls).toHaveLength(calls + 1)
      // What the stronger one got is not for the weaker one, though the user is the same.
      expect((await callForAnswer(running, { token })).status).toBe(401)
      expect(running.apiCalls).toHaveLength(calls + 1)
      expect(leakedInto(running.log.text(), [token, stronger])).toEqual([])
    },
  )

  test('a client that knows no claims ends with an error, after few requests, and no tool error hides it', async () => {
    let requests = 0
    const mfa = await running.connect('mfa-observed', {
      fetch: async (input, init) => {
        const url = input instanceof Request ? input.url : String(input)
        if (url === running.endpoint.href) requests += 1
        return fetch(input, init)
      },
    })
    const before = { requests, calls: running.apiCalls.length }
    await expect(mfa.client.callTool({ name: 'greet', arguments: {} })).rejects.toMatchObject({
      name: expect.stringMatching(/Error$/) as string,
    })
    expect(requests - before.requests).toBeLessThan(5)
    expect(running.apiCalls).toHaveLength(before.calls)
    // The connection is as good as before.
    const who = await mfa.client.callTool({ name: 'whoami', arguments: {} }).catch(() => undefined)
    expect(who?.isError ?? false).toBe(false)
    await mfa.close()
  })

  test.each<[EntraFault, RegExp]>([
    ['consent-documented', /consent/i],
    ['consent-observed', /consent/i],
    ['blocked', /does not let|administrator|polic/i],
    ['unassigned', /not assigned/i],
  ])(
    '%s: the tool says what has to happen, and no sign-in is asked for',
    async (username, words) => {
      const user = await running.connect(username)
      const calls = running.apiCalls.length
      const answer = await user.client.callTool({ name: 'greet', arguments: {} })
      expect(answer.isError).toBe(true)
      expect(JSON.stringify(answer.content)).toMatch(words)
      expect(running.apiCalls).toHaveLength(calls)
      await user.close()
    },
  )
})

describe('an API with continuous access evaluation', () => {
  const challenge = (claims: string): string =>
    `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`
  const WANTED = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}'

  /** The set-up with an API of our own in place of the one that comes along. */
  const startBefore = async (isEnough: (claims: Readonly<Record<string, unknown>>) => boolean) => {
    const tokens: string[] = []
    const listener: RequestListener = (req, res) => {
      const token = req.headers.authorization?.replace(/^Bearer /, '') ?? ''
      tokens.push(token)
      if (isEnough(claimsOf(token))) {
        res.writeHead(200, { 'Content-Type': 'application/json' })
        res.end(JSON.stringify({ msg: 'Hello', sub: 'x', scopes: 'read:private' }))
      } else {
        res.writeHead(401, { 'WWW-Authenticate': challenge(WANTED) }).end()
      }
    }
    const api = await startHttpServer(listener)
    const running = await startSetUp('entra', { API_BASE_URL: api.origin })
    onTestFinished(() => running.close())
    return { running, tokens }
  }

  test('is answered with a token of one new exchange, which is kept', async () => {
    const { running, tokens } = await startBefore(({ acrs }) => acrs !== undefined)
    const alice = await running.connect('alice')
    const greet = () => alice.client.callTool({ name: 'greet', arguments: {} })
    expect((await greet()).isError ?? false).toBe(false)
    expect(tokens.map((token) => claimsOf(token)['acrs'] !== undefined)).toEqual([false, true])
    expect((await greet()).isError ?? false).toBe(false)
    expect(tokens).toHaveLength(3)
    expect(tokens[2]).toBe(tokens[1])
    await alice.close()
  })

  test('that is never content is asked twice, and then the client gets its claims', async () => {
    const { running, tokens } = await startBefore(() => false)
    const answer = await callForAnswer(running, { token: await tokenOf(running, 'alice') })
    expect(tokens).toHaveLength(2)
    expect(answer.status).toBe(401)
    expect(answer.challenge).toContain('error="insufficient_claims"')
    expect(claimsIn(answer)).toBe(WANTED)
    expect(leakedInto(answer.raw + running.log.text(), tokens)).toEqual([])
  })

  test('and a client that declares cp1: the API of the stand-in challenges it once', async () => {
    const listening = await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
    const endpoint = new URL(`http://localhost:${listening.port}/mcp`)
    const entra = await startEntraStandIn({ port: 0, mcpServerUri: endpoint.href })
    const { issuer, apps, appIdUris, clientSecret } = entra
    const known = createIssuer({ issuer, fetch })
    const exchanges: (string | undefined)[] = []
    const adapter = createJwtBearerExchanger({
      metadata: () => known.metadata(),
      clientId: apps.mcpServer,
      clientAuthentication: { secret: new Secret(clientSecret) },
      clientCapabilities: ['cp1'],
    })
    const app = createApp({
      ...{ endpoint, issuer, identityProvider: 'entra', tokenAudience: apps.mcpServer },
      callerPolicy: { scopePrefix: endpoint.href },
      client: {
        id: apps.mcpServer,
        exchanger: {
          sendsClaims: adapter.sendsClaims,
          exchange: (request, options) => {
            exchanges.push(request.claims)
            return adapter.exchange(request, options)
          },
        },
      },
      apis: { cae: { audience: appIdUris.api, baseUrl: new URL(entra.origin) } },
      tools: [evaluated],
      log: new RecordingLog(),
    })
    listening.attach(app.express)
    onTestFinished(async () => {
      await listening.close()
      await app.close()
      await entra.close()
    })
    const client = { id: apps.mcpClient, issuer }
    const alice = await connectAs({ endpoint, username: 'alice', client })
    const answer = await alice.client.callTool({ name: 'evaluated', arguments: {} })
    expect(answer.isError ?? false).toBe(false)
    expect(answer.structuredContent).toMatchObject({
      msg: 'Hello from an API with continuous access evaluation',
    })
    expect(exchanges).toEqual([undefined, expect.stringContaining('"nbf"')])
    const { access_token: token = '' } = alice.provider.tokens() ?? {}
    expect(decodeJwt(token)['xms_cc']).toBeUndefined()
    await alice.close()
  })
})

const ANSWER = z.object({ msg: z.string(), sub: z.string() })

/** A tool of the API that the stand-in serves. */
const evaluated = defineTool({
  name: 'evaluated',
  title: 'Evaluated',
  description: 'Calls an API with continuous access evaluation.',
  inputSchema: z.strictObject({}),
  outputSchema: ANSWER,
  requiredScopes: ['tool:greet'],
  downstream: { api: 'cae', scopes: ['read:private'] },
  toText: ({ msg }) => msg,
  handler: (_input, { downstream }) => downstream.json('/cae-api', { schema: ANSWER }),
})
