import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer, Attack, Target } from './attack.js'
import { apiThemes, mcpThemes } from './catalogue.js'
import { boundToken, sendWithProof, proofFor } from './dpop.js'
import { isElsewhere } from './elsewhere.js'
import { sendRequest } from './send-request.js'
import { startOwnServers, type OwnServers, type Traces } from './own-servers.js'
import { named, titled } from './titles.js'
import { faultsOf, leaksIn } from './verdict.js'

/** These start their own servers; a run against somebody's URL leaves them alone. */
describe.skipIf(isElsewhere(process.env))('servers started for the attack', () => {
  let servers: OwnServers

  beforeAll(async () => {
    servers = await startOwnServers()
  })

  afterAll(async () => {
    await servers.close()
  })

  /** Sends an attack and returns everything that is wrong with what became of it. */
  async function outcome(attack: Attack, server: Target): Promise<readonly string[]> {
    const before = servers.traces()
    const answer = await attack.send(server)
    const left = difference(before, servers.traces())
    const log = servers.logSince(before.logLines)
    const faults = [
      ...faultsOf(attack, answer),
      ...leaksIn(answer.raw, answer.credentials).map((run) => `the answer holds of ${run}`),
      ...leaksIn(log, answer.credentials).map((run) => `the log holds of ${run}`),
      ...tracesLeft(left, attack, server),
    ]
    const alive = await survivor(server)
    return alive.status === 200 ? faults : [...faults, 'a good request no longer gets through']
  }

  function tracesLeft(left: Traces, attack: Attack, server: Target): readonly string[] {
    const { legitimateCalls = 0 } = attack
    return [
      ...(left.tokenRequests === 0 ? [] : ['the token endpoint was asked']),
      ...(left.trapVisits === 0 ? [] : ["a link of the attacker's was followed"]),
      ...(server === servers.mcp && left.apiRequests > 0 ? ['the API was called'] : []),
      ...(server === servers.api && left.apiCalls > legitimateCalls ? ['the API let it in'] : []),
    ]
  }

  describe('the controls', () => {
    test('a good token gets through the MCP server to the API, and every counter counts', async () => {
      const before = servers.traces()
      const answer = await sendRequest(servers.mcp, { token: await servers.mcp.goodToken() })
      expect(answer.status).toBe(200)
      expect(answer.body).toContain('Hello from the protected API')
      expect(difference(before, servers.traces())).toMatchObject({
        apiRequests: 1,
        apiCalls: 1,
        tokenRequests: 1,
        trapVisits: 0,
      })
    })

    test('a good token gets through at the API', async () => {
      const before = servers.traces()
      expect((await survivor(servers.api)).status).toBe(200)
      expect(difference(before, servers.traces())).toMatchObject({ apiRequests: 1, apiCalls: 1 })
    })

    test.each<[string, (server: Target) => Parameters<Target['mint']>[0]]>([
      [
        'of the older dialect',
        () => ({ header: { typ: 'JWT' }, claims: { client_id: undefined, azp: 'some-client' } }),
      ],
      ['without typ', () => ({ header: { typ: undefined } })],
      ['with its audience in an array', ({ audience }) => ({ claims: { aud: [audience] } })],
      ['with nbf and iat in the past', () => ({ claims: { nbf: 1, iat: 1 } })],
      ['that ends soon', () => ({ claims: { exp: Math.ceil(Date.now() / 1_000) + 170 } })],
    ])('a good token %s gets through at both', async (_, options) => {
      for (const server of [servers.mcp, servers.api]) {
        expect((await survivor(server, await server.mint(options(server)))).status).toBe(200)
      }
    })

    test('a bound token with a good proof gets through at both', async () => {
      for (const server of [servers.mcp, servers.api]) {
        const target = { ...server, request: server.harmless }
        const token = await boundToken(target)
        const proofs = [proofFor(target, token)]
        expect((await sendWithProof(target, { token, proofs })).status).toBe(200)
      }
    })

    test('a request without token is refused as such, and its challenge holds no error', async () => {
      for (const server of [servers.mcp, servers.api]) {
        const { status, headers } = await sendRequest(server)
        expect(status).toBe(401)
        expect(headers['www-authenticate']).not.toContain('error=')
      }
    })
  })

  describe('at the MCP server', () => {
    describe.each(titled(mcpThemes))('%s', (_title, { attacks }) => {
      test.each(named(attacks))('refused: %s', async (_name, attack) => {
        const faults = await outcome(attack, servers.mcp)
        expect(faults, faults.join('\n')).toEqual([])
      })
    })
  })

  describe('at the API', () => {
    describe.each(titled(apiThemes))('%s', (_title, { attacks }) => {
      test.each(named(attacks))('refused: %s', async (_name, attack) => {
        const faults = await outcome(attack, servers.api)
        expect(faults, faults.join('\n')).toEqual([])
      })
    })
  })
})

function difference(before: Traces, after: Traces): Traces {
  return {
    apiRequests: after.apiRequests - before.apiRequests,
    apiCalls: after.apiCalls - before.apiCalls,
    tokenRequests: after.tokenRequests - before.tokenRequests,
    trapVisits: after.trapVisits - before.trapVisits,
    logLines: after.logLines - before.logLines,
  }
}

async function survivor(server: Target, token?: string): Promise<Answer> {
  const target = { ...server, request: server.harmless }
  return sendRequest(target, { token: token ?? (await server.goodToken()) })
}
