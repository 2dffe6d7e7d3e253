import type { Express } from 'express'
import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { obtainToken } from '../../apps/development/obtain-token.js'
import { createExampleApp } from '../../examples/existing-express-server.js'
import { createPartByPartApp } from '../../examples/part-by-part.js'
import { createTwoApisApp } from '../../examples/two-apis.js'
import { createSdkV1App } from '../../examples/sdk-v1-server.js'
import {
  type ExampleSetting,
  startExampleSetting,
  withSecondApi,
} from '../helpers/example-setting.js'
import { callTool, postMcp, rpcAnswer } from '../helpers/mcp-requests.js'
import { connectV1As } from '../helpers/sdk-v1-client.js'

const MODES = ['auto', 'legacy'] as const

describe('examples/existing-express-server.ts, part-by-part.ts and sdk-v1-server.ts', () => {
  let setting: ExampleSetting

  beforeEach(async () => {
    setting = await startExampleSetting()
  })

  afterEach(() => setting.close())

  const SERVERS: readonly [string, (setting: ExampleSetting) => Express][] = [
    ['SDK v2', createExampleApp],
    ['SDK v2, part by part', createPartByPartApp],
    ['SDK v1', createSdkV1App],
  ]

  describe.each(SERVERS)('a server built with %s', (_, create) => {
    beforeEach(() => {
      setting.attach(create(setting))
    })

    test.each(MODES)(
      'calls the API as the signed-in user, for the v2 client (%s)',
      async (mode) => {
        const session = await connectAs({ endpoint: setting.endpoint, username: 'alice', mode })
        try {
          const call = (): Promise<unknown> =>
            session.client.callTool({ name: 'greet', arguments: { name: 'A' } })
          expect(await call()).toMatchObject({ content: [{ text: 'Hello A, auth0|alice' }] })
          expect(await call()).toMatchObject({ content: [{ text: 'Hello A, auth0|alice' }] })
          expect(setting.events.filter(({ type }) => type === 'token_exchanged')).toHaveLength(1)
        } finally {
          await session.close()
        }
      },
    )

    test('calls the API as the signed-in user, for the v1 client', async () => {
      const { client } = await connectV1As(setting.endpoint, 'alice')
      try {
        expect(await client.callTool({ name: 'greet', arguments: {} })).toMatchObject({
          content: [{ text: 'Hello there, auth0|alice' }],
        })
      } finally {
        await client.close()
      }
    })

    test('refuses a user who lacks the permission', async () => {
      const session = await connectAs({ endpoint: setting.endpoint, username: 'bob' })
      try {
        await expect(session.client.callTool({ name: 'greet', arguments: {} })).rejects.toThrow()
        expect(setting.api.tokens).toEqual([])
        expect(setting.events.filter(({ type }) => type === 'token_exchanged')).toEqual([])
      } finally {
        await session.close()
      }
    })
  })

  const tokenWith = (scope: string): Promise<string> => {
    const { issuer, endpoint } = setting
    return obtainToken({ issuer, username: 'alice', resource: endpoint.href, scope })
  }

  test('a step-up is answered before the v1 server sees the request, and what it asks for suffices', async () => {
    setting.attach(createSdkV1App(setting))
    const token = await tokenWith('tool:whoami')
    const refused = await postMcp(setting.endpoint, callTool('greet'), { token })
    expect(refused.status).toBe(403)
    const challenge = refused.get('www-authenticate') ?? ''
    expect(challenge).toMatch(/^Bearer error="insufficient_scope"/)
    const [, scope = ''] = /scope="([^"]+)"/.exec(challenge) ?? []
    expect(scope.split(' ').sort()).toEqual(['tool:greet', 'tool:whoami'])
    const stepped = await postMcp(setting.endpoint, callTool('greet'), {
      token: await tokenWith(scope),
    })
    expect(rpcAnswer(stepped)).toMatchObject({
      result: { content: [{ text: 'Hello there, auth0|alice' }] },
    })
  })

  test.each(['text/plain; a=application/json', 'application/json-x', 'text/plain'])(
    'a call that calls itself %s does not get past the decision about tools',
    async (type) => {
      setting.attach(createSdkV1App(setting))
      const token = await tokenWith('tool:whoami')
      const headers = { 'Content-Type': type }
      const response = await postMcp(setting.endpoint, callTool('greet'), { token, headers })
      expect(response.status).toBe(415)
      expect(setting.log.named('request_refused').at(-1)?.fields['code']).toBe(
        'unsupported_media_type',
      )
    },
  )
})

describe('examples/two-apis.ts', () => {
  let setting: ExampleSetting

  beforeEach(async () => {
    setting = await startExampleSetting(withSecondApi)
    const { api: orders, secondApi: invoices } = setting
    setting.attach(createTwoApisApp({ ...setting, apis: { orders, invoices } }))
  })

  afterEach(() => setting.close())

  const call = async (username: string, ...tools: string[]): Promise<unknown[]> => {
    const session = await connectAs({ endpoint: setting.endpoint, username })
    try {
      const answers: unknown[] = []
      for (const name of tools) answers.push(await session.client.callTool({ name, arguments: {} }))
      return answers
    } finally {
      await session.close()
    }
  }

  test('each API gets tokens of its own audience alone, and each is exchanged once', async () => {
    const { api, secondApi } = setting
    const answers = await call(
      'alice',
      'list_orders',
      'list_invoices',
      'list_orders',
      'list_invoices',
    )
    expect(answers).toHaveLength(4)
    for (const answer of answers) {
      expect(answer).toMatchObject({ content: [{ text: 'of auth0|alice' }] })
    }
    const audiences = (tokens: readonly string[]) => tokens.map((token) => decodeJwt(token).aud)
    expect(audiences(api.tokens)).toEqual([api.audience, api.audience])
    expect(audiences(secondApi.tokens)).toEqual([secondApi.audience, secondApi.audience])
    expect(new Set([...api.tokens, ...secondApi.tokens]).size).toBe(2)
    const exchanged = setting.events.filter((event) => event.type === 'token_exchanged')
    expect(exchanged.map(({ audience }) => audience)).toEqual([api.audience, secondApi.audience])
  })

  test('neither API accepts the token of the other', async () => {
    const { api, secondApi } = setting
    await call('alice', 'list_orders', 'list_invoices')
    const statusOf = async (at: URL, token = ''): Promise<number> => {
      const headers = { Authorization: `Bearer ${token}` }
      return (await fetch(new URL('/api/private-scope', at), { headers })).status
    }
    const [ofFirst, ofSecond] = [api.tokens[0], secondApi.tokens[0]]
    expect(await statusOf(api.baseUrl, ofFirst)).toBe(200)
    expect(await statusOf(secondApi.baseUrl, ofSecond)).toBe(200)
    expect(await statusOf(secondApi.baseUrl, ofFirst)).toBe(401)
    expect(await statusOf(api.baseUrl, ofSecond)).toBe(401)
  })
})
