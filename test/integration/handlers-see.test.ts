import type { IncomingMessage } from 'node:http'
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { type Handling, type SdkLine, startLibraryServer } from '../helpers/start-library-server.js'
import type { TestServer } from '../helpers/start-mcp-server.js'
import { textsIn } from '../helpers/texts-in.js'

const look = async (
  sdk: SdkLine,
  before: (req: IncomingMessage) => void = () => undefined,
): Promise<{ handling: Handling; token: string; server: TestServer }> => {
  const handlings: Handling[] = []
  const server = await startLibraryServer({
    sdk,
    handlers: { look: (handling) => void handlings.push(handling) },
    tools: [{ name: 'look', requiredScopes: [] }],
    mount: (app, { metadata, protect, errors }, mcp) => {
      app.use((req, _res, next) => {
        before(req)
        next()
      })
      app.use(metadata)
      app.all('/mcp', protect, mcp)
      app.use(errors)
    },
  })
  onTestFinished(() => server.close())
  const token = await server.mint()
  const response = await postMcp(server.endpoint, callTool('look'), {
    token,
    headers: { 'X-Other': 'stays' },
  })
  expect(response.status).toBe(200)
  const [handling] = handlings
  if (handling === undefined) throw new Error('the handler did not run')
  return { handling, token, server }
}

describe.each<SdkLine>(['SDK v1', 'SDK v2'])('a handler of %s', (sdk) => {
  test('a handler of either SDK sees neither the Authorization header nor the token, wherever it looks', async () => {
    const { handling, token } = await look(sdk)
    const { req, authInfo, context } = handling
    expect(req.headers).not.toHaveProperty('authorization')
    expect(req.headersDistinct).not.toHaveProperty('authorization')
    expect(req.rawHeaders.map((text) => text.toLowerCase())).not.toContain('authorization')
    expect(req.headers['x-other']).toBe('stays')
    expect(req.headersDistinct['x-other']).toEqual(['stays'])
    expect(authInfo?.token).not.toBe(token)
    const [, payload = '', signature = ''] = token.split('.')
    const found = [...textsIn(context), ...textsIn(req), ...textsIn(authInfo)]
    expect(found).toContain('stays')
    for (const part of [token, payload, signature]) {
      expect(found.filter((text) => text.includes(part))).toEqual([])
    }
    const shown = inspect({ context, authInfo }, { depth: 12, getters: true, showHidden: true })
    expect(shown).not.toContain(signature)
  })

  test('a handler of either SDK sees no token in headers that something in front has looked at before', async () => {
    const { handling } = await look(sdk, (req) => {
      expect(req.headersDistinct['authorization']).toHaveLength(1)
    })
    expect(handling.req.headersDistinct).not.toHaveProperty('authorization')
  })
})

test('the SDK hands its handlers the headers of the request, without the token', async () => {
  const v2 = await look('SDK v2')
  const { http } = v2.handling.context as { http?: { req?: Request } }
  expect(http?.req?.headers.get('x-other')).toBe('stays')
  expect(http?.req?.headers.get('authorization')).toBeNull()
  const v1 = await look('SDK v1')
  const { requestInfo } = v1.handling.context as { requestInfo?: { headers: object } }
  expect(requestInfo?.headers).toMatchObject({ 'x-other': 'stays' })
  expect(requestInfo?.headers).not.toHaveProperty('authorization')
})
