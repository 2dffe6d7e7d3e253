import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { ALGORITHMS } from './parts/algorithms.js'
import { startFirstHops, type FirstHop, type FirstHops } from './parts/first-hop.js'
import { connectV1, connectV2 } from './parts/sdk-clients.js'
import { SignInProvider } from './parts/sign-in-provider.js'
import { tokensOf } from './parts/tokens.js'

let hops: FirstHops

beforeAll(async () => {
  hops = await startFirstHops()
})

afterAll(async () => {
  await hops.close()
})

describe.each(ALGORITHMS)('where glewlwyd signs with %s', (algorithm) => {
  let hop: FirstHop

  beforeAll(async () => {
    hop = await hops.add(algorithm)
  })

  test.each([
    ['v1', connectV1],
    ['v2', connectV2],
  ] as const)(
    "a client of SDK %s signs a user in at glewlwyd from the first 401 on, and calls tools and the API in that user's name",
    async (_, connect) => {
      const { server, issuer, clientId } = hop
      const provider = new SignInProvider(hop, hops.session)
      const client = await connect(server.endpoint, provider)
      const user = { sub: expect.stringMatching(/^\w{32}$/) as string, client_id: clientId }
      const whoami = await client.callTool({ name: 'whoami', arguments: {} })
      expect(whoami).toMatchObject({
        structuredContent: { user, scopes: ['tool:whoami', 'tool:greet'] },
      })
      const { sub } = (whoami as { structuredContent: { user: { sub: string } } }).structuredContent
        .user
      expect(await client.callTool({ name: 'greet', arguments: {} })).toMatchObject({
        structuredContent: { sub, api: { sub } },
      })
      await client.close()
      const { header, payload } = partsOf(provider.tokens()?.access_token)
      expect(header).toMatchObject({ typ: 'at+jwt', alg: algorithm })
      expect(payload).toMatchObject({
        ...{ iss: issuer, aud: server.audience, client_id: clientId, sub },
        ...{ type: 'access_token', scope: 'tool:whoami tool:greet' },
      })
    },
  )

  test('a user is the same in all clients', async () => {
    const { server, issuer, clientId } = hop
    const another = `another-client-${hop.name}`
    await hops.administration.addClient({ clientId: another, resources: [server.audience] })
    const subjectIn = async (id: string): Promise<unknown> => {
      const { access_token: token } = await tokensOf(hops.session, {
        ...{ issuer, clientId: id, resource: server.audience, scope: 'tool:whoami' },
      })
      return partsOf(token).payload['sub']
    }
    expect(await subjectIn(another)).toBe(await subjectIn(clientId))
  })

  test("tokens under a new key of glewlwyd's pass without a restart of the MCP server", async () => {
    const { server, issuer, clientId, name } = hop
    const call = async () => {
      const { access_token: token } = await tokensOf(hops.session, {
        ...{ issuer, clientId, resource: server.audience, scope: 'tool:whoami' },
      })
      const { status } = await postMcp(server.endpoint, callTool('whoami'), { token })
      return { status, keyId: partsOf(token).header['kid'] }
    }
    const before = await call()
    await hops.administration.replaceKey({ name, algorithm })
    const after = await call()
    expect([before.status, after.status]).toEqual([200, 200])
    expect(after.keyId).not.toBe(before.keyId)
  })
})

function partsOf(token = ''): Readonly<Record<'header' | 'payload', Record<string, unknown>>> {
  const [header, payload] = token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>)
  return { header: header ?? {}, payload: payload ?? {} }
}
