import { describe, expect, test } from 'vitest'
import { callTool, postMcp, rpc } from '../../helpers/mcp-requests.js'
import { callForAnswer } from '../../helpers/tool-answer.js'
import { deferred } from '../../unit/outcomes.js'
import { openPublic } from './open-public.js'

const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } })

describe('requests without a token', () => {
  test('are limited by the minute and the address; users and challenges are not', async () => {
    const server = await openPublic({
      environment: { PUBLIC_RATE_LIMIT_PER_ADDRESS: '2', TRUST_PROXY: '1' },
    })
    const ask = (address: string) => postMcp(server.endpoint, callTool('ask'), from(address))
    const batch = [callTool('ask'), rpc('ping')]
    expect((await postMcp(server.endpoint, batch, from('192.0.2.1'))).status).toBe(200)
    const refused = await ask('192.0.2.1')
    expect([refused.status, Number(refused.get('retry-after')) > 0]).toEqual([429, true])
    expect(refused.text).toContain('Sign in, or try again')
    expect((await ask('192.0.2.2')).status).toBe(200)
    const challenged = await postMcp(server.endpoint, callTool('greet'), from('192.0.2.1'))
    expect(challenged.status).toBe(401)
    const token = await server.mint()
    const options = { token, tool: 'ask', ...from('192.0.2.1') }
    expect((await callForAnswer(server, options)).isError).toBe(false)
  })

  test('take a quarter of the places from one address, and leave those of users alone', async () => {
    const held = deferred<string>()
    const started = deferred<undefined>()
    const server = await openPublic(
      { environment: { PUBLIC_CONCURRENCY: '4', TRUST_PROXY: '1' } },
      ({ caller }) => {
        if (caller !== undefined) return 'a user'
        started.resolve(undefined)
        return held.promise
      },
    )
    const first = postMcp(server.endpoint, callTool('ask'), from('192.0.2.1'))
    const answered = first.then(({ status }) => status)
    await started.promise
    const second = await postMcp(server.endpoint, rpc('ping'), from('192.0.2.1'))
    expect(second.status).toBe(429)
    expect((await postMcp(server.endpoint, rpc('ping'), from('192.0.2.2'))).status).toBe(200)
    const token = await server.mint()
    expect((await callForAnswer(server, { token, tool: 'ask' })).text).toBe('a user')
    held.resolve('done')
    expect(await answered).toBe(200)
  })

  test('count for their address at the limit of a tool', async () => {
    const server = await openPublic({ environment: { TOOL_LIMITS: 'ask=1', TRUST_PROXY: '1' } })
    const ask = (address: string) => postMcp(server.endpoint, callTool('ask'), from(address))
    expect((await ask('192.0.2.1')).status).toBe(200)
    const refused = await ask('192.0.2.1')
    expect(refused.status).toBe(429)
    expect(refused.text).toContain('One address may call ask at most 1 times a minute')
    expect((await ask('192.0.2.2')).status).toBe(200)
  })

  test('are refused while a required audit cannot keep their records', async () => {
    const server = await openPublic({
      audit: {
        required: true,
        sink: () => Promise.reject(new Error('full')),
      },
    })
    const first = await postMcp(server.endpoint, callTool('ask'))
    expect(first.status).toBe(200)
    await expect
      .poll(async () => (await postMcp(server.endpoint, callTool('ask'))).status)
      .toBe(503)
  })
})
