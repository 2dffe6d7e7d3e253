import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callTool, openMcpDoor, postMcp, type McpDoor } from '../helpers/mcp-door.js'
import { TestIssuer } from '../helpers/test-issuer.js'

describe('what one request may hold', () => {
  let issuer: TestIssuer
  let door: McpDoor

  beforeAll(async () => {
    issuer = await TestIssuer.start()
    door = await openMcpDoor({
      issuer: issuer.issuer,
      environment: { RATE_LIMIT_PER_CALLER: '5' },
    })
  })

  afterAll(async () => {
    await Promise.all([door.close(), issuer.close()])
  })

  test('[RS30] a batch of 51 messages is refused, one of 50 is not', async () => {
    const token = await issuer.mint(door.audience)
    const batch = (length: number): object[] => Array.from({ length }, () => callTool('whoami'))
    expect((await postMcp(door.endpoint, batch(51), { token })).status).toBe(400)
    expect((await postMcp(door.endpoint, batch(50), { token })).status).toBe(200)
  })

  test('[RS30] another client buys a user no more requests', async () => {
    const statuses = []
    for (let index = 0; index < 7; index += 1) {
      const claims = { sub: 'auth0|noisy', client_id: `client-${index}` }
      const token = await issuer.mint(door.audience, { claims })
      statuses.push((await postMcp(door.endpoint, callTool('whoami'), { token })).status)
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429])
  })

  test('an unknown path is 404 in JSON and echoes nothing', async () => {
    const response = await fetch(`${door.origin}/%3Cscript%3E`)
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('{"error":"not_found"}')
  })
})
