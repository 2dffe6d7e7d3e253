import express, { type Express, type Request, type RequestHandler, type Response } from 'express'
import { expect, test } from 'vitest'
import type { OnBehalfOf } from 'mcp-on-behalf-of'
import { postMcp, rpc } from '../../helpers/mcp-requests.js'
import { startLibraryServer } from '../../helpers/start-library-server.js'
import { deferred } from '../../unit/outcomes.js'

/** What a stranger may say to the MCP endpoint, and what a handler of something else would take from it. */
const BODY = { jsonrpc: '2.0', id: 1, method: 'ping', amount: 100 }

function open(
  mount: (app: Express, parts: OnBehalfOf, mcp: RequestHandler) => void,
  http: { readonly publicConcurrency?: number } = {},
) {
  return startLibraryServer({
    ...{ sdk: 'SDK v2', handlers: { time: () => 'now' }, mount },
    tools: [{ name: 'time', requiredScopes: [], public: true }],
    options: { access: { publicTools: ['time'] }, http },
  })
}

/** Something else than MCP, which counts on `protect`. */
function pays(req: Request, res: Response): void {
  res.json({ paid: (req.body as typeof BODY).amount })
}

test('whatever else stands behind protect is served with a token alone', async () => {
  const server = await open((app, { metadata, protect, errors }, mcp) => {
    app.use(metadata)
    app.use('/mcp', protect)
    app.all('/mcp', mcp)
    app.post('/mcp/pay', pays)
    app.post('/pay', protect, pays)
    app.use(errors)
  })
  const post = (path: string, message: object = BODY, token?: string) =>
    postMcp(`${server.origin}${path}`, message, { token })
  const strangers = ['/mcp/pay', '/mcp/pay?/mcp', '/pay', '/pay/', '/pay?x=/mcp', '//mcp/pay']
  for (const path of strangers) {
    const { status, text } = await post(path)
    expect([path, status === 200, text.includes('paid')]).toEqual([path, false, false])
  }
  const token = await server.mint()
  expect((await post('/pay', BODY, token)).text).toBe('{"paid":100}')
  for (const path of ['/mcp', '/mcp/', '/MCP', '/mcp?x=1']) {
    expect([path, (await post(path, rpc('ping'))).status]).toEqual([path, 200])
  }
})

test('a client that is gone before it is counted takes no place for good', async () => {
  const reached = deferred<undefined>()
  const passed = deferred<undefined>()
  const server = await open(
    (app, { metadata, protect, errors }, mcp) => {
      app.use(metadata, express.json())
      app.use((req, res, next) => {
        if (req.headers['x-slow'] === undefined) {
          next()
          return
        }
        res.once('close', () => {
          next()
          passed.resolve(undefined)
        })
        reached.resolve(undefined)
      })
      app.all('/mcp', protect, mcp)
      app.use(errors)
    },
    { publicConcurrency: 1 },
  )
  const client = new AbortController()
  const gone = fetch(server.endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Slow': '1' },
    body: JSON.stringify(BODY),
    signal: client.signal,
  }).catch(() => 'gone')
  await reached.promise
  client.abort()
  expect(await gone).toBe('gone')
  await passed.promise
  expect((await postMcp(server.endpoint, rpc('ping'))).status).toBe(200)
})
