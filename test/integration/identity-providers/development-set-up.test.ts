import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectAs, type HeadlessMcpClient } from '../../../apps/development/headless-mcp-client.js'
import { obtainToken } from '../../../apps/development/obtain-token.js'
import { scopeNotice } from '../../../apps/development/scope-notice.js'
import { signInPlaceOf } from '../../../apps/development/sign-in-place.js'
import { startStandIn, type RunningStandInStack } from '../../../apps/development/start-stand-in.js'
import { STAND_INS, type StandInName } from '../../../apps/development/stand-in-wiring.js'

describe.each(STAND_INS)(
  'the development set-up with the stand-in for %s',
  (provider: StandInName) => {
    let running: RunningStandInStack
    const calls: Readonly<Record<string, unknown>>[] = []

    beforeAll(async () => {
      running = await startStandIn({
        provider,
        ports: { authorizationServer: 0, api: 0, mcp: 0 },
        onApiCall: (claims) => calls.push(claims),
      })
    })
    afterAll(() => running.close())

    const connect = (username: string): Promise<HeadlessMcpClient> => {
      const { registers, clientId, issuer } = running.standIn
      const { endpoint } = running.mcpServer
      return connectAs({
        endpoint,
        username,
        ...(registers ? {} : { client: { id: clientId, issuer } }),
      })
    }

    test('an MCP client signs alice in, and a tool calls the API as alice, on behalf of the MCP server', async () => {
      const alice = await connect('alice')
      const answer = await alice.steppedUp(() =>
        alice.client.callTool({ name: 'greet', arguments: { name: 'Alice' } }),
      )
      expect(answer.isError ?? false).toBe(false)
      const { aud, sub, oid, uid } = calls.at(-1) ?? {}
      expect(aud).toBe(running.standIn.api.audience)
      expect([sub, oid, uid].filter((id) => id !== undefined)).not.toEqual([])
      await alice.close()
    })

    test('the token program gets a token with all scopes of the MCP server', async () => {
      const { endpoint } = running.mcpServer
      const { scopes = [], ...place } = await signInPlaceOf(
        `${running.standIn.origin}/`,
        endpoint.href,
      )
      const asked = { username: 'alice', resource: endpoint.href, scope: scopes.join(' ') }
      const token = await obtainToken({ ...place, ...asked })
      expect(place.issuer).toBe(running.standIn.issuer)
      expect(decodeJwt(token).iss).toBe(running.standIn.issuer)
      expect(scopes).toHaveLength(5)
      expect(scopeNotice(token, { ...asked, known: scopes })).toBe('')
    })
  },
)
