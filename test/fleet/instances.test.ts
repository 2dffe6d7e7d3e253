import { expect, test } from 'vitest'
import { createDpopKey } from '../helpers/dpop-key.js'
import { callTool } from '../helpers/mcp-requests.js'
import { toolAnswer } from '../helpers/tool-answer.js'
import { greetBy, postTo, PUBLIC_URL, startFleet } from './helpers/start-fleet.js'

test('a token is exchanged once for all instances', async () => {
  const { first, second, issuer, mint } = await startFleet()
  const token = await mint()
  expect((await greetBy(first, token)).isError).toBe(false)
  expect((await greetBy(second, token)).isError).toBe(false)
  expect(issuer.tokenRequests).toHaveLength(1)
})

test('another token, of the same user or of another, is exchanged anew', async () => {
  const { first, second, issuer, mint } = await startFleet()
  await greetBy(first, await mint())
  await greetBy(second, await mint({ jti: 'another' }))
  await greetBy(second, await mint({ sub: 'auth0|other' }))
  expect(issuer.tokenRequests).toHaveLength(3)
})

test('a DPoP proof is good once in all instances', async () => {
  const { first, second, mint } = await startFleet()
  const key = await createDpopKey()
  const token = await mint({ cnf: { jkt: key.thumbprint } })
  const request = { method: 'POST', url: PUBLIC_URL, nowSeconds: Math.floor(Date.now() / 1_000) }
  const proof = await key.prove(token, request)
  const headers = { Authorization: `DPoP ${token}`, DPoP: proof }
  expect((await postTo(first, callTool('whoami'), { headers })).status).toBe(200)
  const again = await postTo(second, callTool('whoami'), { headers })
  expect(again.status).toBe(400)
  expect(again.headers['www-authenticate']).toContain('used before')
})

test('a user has the limit of messages once, over all instances', async () => {
  const { first, second, mint } = await startFleet({ environment: { RATE_LIMIT_PER_CALLER: '20' } })
  const token = await mint()
  const statuses: number[] = []
  for (let at = 0; at < 30; at += 1) {
    const server = at % 2 === 0 ? first : second
    statuses.push((await postTo(server, callTool('whoami'), { token })).status)
  }
  expect(statuses.filter((status) => status === 200)).toHaveLength(20)
  expect(statuses.filter((status) => status === 429)).toHaveLength(10)
  const other = await mint({ sub: 'auth0|other' })
  expect((await postTo(second, callTool('whoami'), { token: other })).status).toBe(200)
})

test('a user has the limit of calls of a tool once, over all instances', async () => {
  const { first, second, mint } = await startFleet({ environment: { TOOL_LIMITS: 'whoami=6' } })
  const token = await mint()
  const answers: boolean[] = []
  for (let at = 0; at < 10; at += 1) {
    const server = at % 2 === 0 ? first : second
    answers.push(toolAnswer(await postTo(server, callTool('whoami'), { token })).isError)
  }
  expect(answers.filter((isError) => !isError)).toHaveLength(6)
  expect((await greetBy(second, token)).isError).toBe(false)
  const other = toolAnswer(
    await postTo(first, callTool('whoami'), { token: await mint({ sub: 'auth0|other' }) }),
  )
  expect(other.isError).toBe(false)
})

test('an address has the limit of requests once, over all instances', async () => {
  const { first, second } = await startFleet({ environment: { RATE_LIMIT_PER_ADDRESS: '20' } })
  const statuses: number[] = []
  for (let at = 0; at < 30; at += 1) {
    const server = at % 2 === 0 ? first : second
    statuses.push((await postTo(server, callTool('whoami'))).status)
  }
  expect(statuses.filter((status) => status === 401)).toHaveLength(20)
  expect(statuses.filter((status) => status === 429)).toHaveLength(10)
})

test('the messages of a batch count in all instances', async () => {
  const { first, second, mint } = await startFleet({ environment: { RATE_LIMIT_PER_CALLER: '20' } })
  const token = await mint()
  const batch = Array.from({ length: 12 }, () => callTool('whoami'))
  expect((await postTo(first, batch, { token })).status).toBe(200)
  expect((await postTo(second, batch, { token })).status).toBe(429)
})
