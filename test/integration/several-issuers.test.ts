import { afterEach, beforeEach, expect, test } from 'vitest'
import { callTool, openMcpDoor, postMcp, rpcAnswer, type McpDoor } from '../helpers/mcp-door.js'
import { TestIssuer } from '../helpers/test-issuer.js'

let first: TestIssuer
let second: TestIssuer
let stranger: TestIssuer
let door: McpDoor

beforeEach(async () => {
  ;[first, second, stranger] = [
    await TestIssuer.start(),
    await TestIssuer.start(),
    await TestIssuer.start(),
  ]
  door = await openMcpDoor({
    issuer: first.issuer,
    environment: { ADDITIONAL_ISSUERS: second.issuer },
  })
})

afterEach(async () => {
  await Promise.all([door, first, second, stranger].map((open) => open.close()))
})

test('tokens of each configured issuer are accepted, those of others not', async () => {
  const status = async (issuer: TestIssuer): Promise<number> => {
    const token = await issuer.mint(door.audience)
    return (await postMcp(door.endpoint, callTool('whoami'), { token })).status
  }
  expect([await status(first), await status(second), await status(stranger)]).toEqual([
    200, 200, 401,
  ])
  expect(stranger.requests).toEqual([])
})

test('a token that one issuer signed in the name of the other is refused', async () => {
  const token = await second.mint(door.audience, { claims: { iss: first.issuer } })
  expect((await postMcp(door.endpoint, callTool('whoami'), { token })).status).toBe(401)
})

test('a token is exchanged at its own issuer', async () => {
  const token = await second.mint(door.audience)
  const answer = await rpcAnswer(await postMcp(door.endpoint, callTool('greet'), { token }))
  expect(answer['result']).toMatchObject({ isError: true })
  expect([first.tokenRequests.length, second.tokenRequests.length]).toEqual([0, 1])
})

test('the metadata names them all', async () => {
  const response = await fetch(`${door.origin}/.well-known/oauth-protected-resource/mcp`)
  expect(await response.json()).toMatchObject({
    authorization_servers: [first.issuer, second.issuer],
  })
})
