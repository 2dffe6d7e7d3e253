import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { obtainToken } from '../../../apps/development/obtain-token.js'
import { createExampleApp } from '../../../examples/existing-express-server.js'
import { createPartByPartApp } from '../../../examples/part-by-part.js'
import { createSdkV1App } from '../../../examples/sdk-v1-server.js'
import { sendRaw } from '../../attacks/raw-socket.js'
import { type ExampleSetting, startExampleSetting } from '../../helpers/example-setting.js'
import { callTool, rpcAnswer } from '../../helpers/mcp-requests.js'
import { sendLines } from '../../helpers/wire.js'

describe.each([
  ['SDK v1', createSdkV1App],
  ['SDK v2', createExampleApp],
  ['the parts by hand', createPartByPartApp],
] as const)("a server of somebody else's with the library: %s", (_, createApp) => {
  let setting: ExampleSetting
  let token: string

  beforeEach(async () => {
    setting = await startExampleSetting()
    setting.attach(createApp(setting))
    const { issuer, endpoint } = setting
    token = await obtainToken({
      issuer,
      username: 'alice',
      resource: endpoint.href,
      scope: 'tool:greet',
    })
  })

  afterEach(() => setting.close())

  const greet = JSON.stringify(callTool('greet'))

  test.each([[undefined], ['*/*'], ['text/event-stream'], ['text/html;q=0.9, */*;q=0.1']])(
    '[case 31] a server with the library answers a call with Accept %s',
    async (accept) => {
      const answer = await sendLines(setting.endpoint, {
        headers: [
          ['Content-Type', 'application/json'],
          ['Authorization', `Bearer ${token}`],
          ...(accept === undefined ? [] : [['Accept', accept] as const]),
        ],
        body: greet,
      })
      expect(answer.status).toBe(200)
      expect(rpcAnswer(answer)).toMatchObject({
        result: { content: [{ text: 'Hello there, auth0|alice' }] },
      })
    },
  )

  test('[case 31] [S16.8] a server with the library refuses text/html and TRACE before the SDK sees them', async () => {
    const headers = [
      ['Content-Type', 'application/json'],
      ['Authorization', `Bearer ${token}`],
      ['Accept', 'text/html'],
    ] as const
    expect((await sendLines(setting.endpoint, { headers, body: greet })).status).toBe(406)
    const traced = await sendLines(setting.endpoint, { method: 'TRACE', headers })
    expect(traced.status).toBe(405)
  })

  test('[case 32] a server with the library answers a call whose request target is a whole URL', async () => {
    const { endpoint } = setting
    const answer = await sendRaw(
      new URL(`http://127.0.0.1:${endpoint.port}`),
      [
        `POST ${endpoint.href} HTTP/1.1`,
        `Host: ${endpoint.host}`,
        `Authorization: Bearer ${token}`,
        'Content-Type: application/json',
        'Accept: application/json, text/event-stream',
        `Content-Length: ${greet.length}`,
        'Connection: close',
        '',
        greet,
      ].join('\r\n'),
    )
    expect([answer.status, answer.body]).toEqual([200, expect.stringContaining('auth0|alice')])
  })
})
