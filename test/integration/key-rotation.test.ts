import { expect, test } from 'vitest'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { startMcpServer } from '../helpers/start-mcp-server.js'
import { createSigningKey } from '../helpers/test-issuer.js'
import { toolAnswer } from '../helpers/tool-answer.js'

/** Few enough that strangers do not use up what they may have looked up. */
const STRANGERS = 2

test('[S9] signing keys that are replaced under load, also by keys of another type, fail no call on either hop, with unknown key ids beside them', async () => {
  const server = await startMcpServer()
  const { issuer, endpoint } = server
  const post = (token: string) => postMcp(endpoint, callTool('greet'), { token })
  const foreign = await createSigningKey()
  const older: string[] = []
  let user = 0
  for (const algorithm of ['RS256', 'ES256', 'EdDSA', 'PS256']) {
    // The tokens for the API are signed with the first key too.
    const before = await Promise.all([1, 2, 3].map(() => server.mint({ sub: `u-${(user += 1)}` })))
    const running = before.map(post)
    issuer.keys = [await createSigningKey(algorithm), ...issuer.keys]
    const after = await Promise.all([1, 2, 3].map(() => server.mint({ sub: `u-${(user += 1)}` })))
    const forged = await Promise.all(
      Array.from({ length: STRANGERS }, () =>
        issuer.mint(endpoint.href, { key: foreign, header: { kid: `unknown-${algorithm}` } }),
      ),
    )
    const strangers = forged.map(post)
    older.push(...before)
    const good = await Promise.all([...running, ...after.map(post), ...older.map(post)])
    expect(good.map((one) => [one.status, toolAnswer(one).isError])).toEqual(
      good.map(() => [200, false]),
    )
    for (const one of await Promise.all(strangers)) expect([401, 503]).toContain(one.status)
  }
  const last = issuer.keys[0]
  if (last !== undefined) issuer.keys = [last]
  expect(toolAnswer(await post(await server.mint({ sub: 'the last' }))).isError).toBe(false)
})
