import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { McpServer } from '@modelcontextprotocol/server'
import {
  createMemoryStore,
  downstreamOf,
  Secret,
  type Confirmation,
  type OnBehalfOfOptions,
} from 'mcp-on-behalf-of'
import type { Express } from 'express'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ROOT } from '../../scripts/docs/pages.js'
import { serve } from '../../src/server/serve.js'
import { letSignIn } from '../helpers/approve-on-page.js'
import { closeWithTest } from '../helpers/close-with-test.js'
import { API_AUDIENCE, CLIENT_ID, CLIENT_SECRET } from '../helpers/exchange-answers.js'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { callbackFor } from '../helpers/page-stand.js'
import { PageVisitor } from '../helpers/page-visitor.js'
import { startBackends } from '../helpers/start-mcp-server.js'

const TOOL = {
  ...{ name: 'cancel_booking', requiredScopes: ['bookings'], confirm: true },
  downstream: { api: 'api', scopes: ['bookings'] },
}

interface Documented {
  readonly createAppWithPage: (with_: {
    readonly options: OnBehalfOfOptions & { readonly issuer: string }
    readonly pageClient: { readonly id: string; readonly secret: Secret }
    readonly createServer: (confirmation: Confirmation) => McpServer
  }) => Express
}

/** The module that docs/library.md shows. */
async function documented(): Promise<Documented> {
  const page = readFileSync(join(ROOT, 'docs/library.md'), 'utf8')
  const [, code = ''] =
    /^```ts\n((?:(?!^```)[^])*function createAppWithPage[^]*?)^```$/m.exec(page) ?? []
  const directory = join(ROOT, 'test-output', 'docs')
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'app-with-page.ts')
  writeFileSync(file, code)
  return (await import(file)) as Documented
}

function createServer(confirmation: Confirmation): McpServer {
  const server = new McpServer({ name: 'documented', version: '1.0.0' })
  const inputSchema = z.object({ id: z.string() })
  server.registerTool(TOOL.name, { inputSchema }, async (args, context) => {
    const unconfirmed = await confirmation.ask(context, { tool: TOOL, args })
    if (unconfirmed !== undefined) return unconfirmed.result
    await downstreamOf(context, TOOL.name).fetch('/bookings/b1', { method: 'DELETE' })
    return { content: [{ type: 'text', text: 'Cancelled.' }] }
  })
  return server
}

/** Instances of the documented app behind one address, of which the last that was named answers. */
async function instances(count: number) {
  const { createAppWithPage } = await documented()
  const backends = await startBackends({})
  closeWithTest(() => backends.close())
  const { issuer, api } = backends
  letSignIn(issuer)
  const server = await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
  closeWithTest(() => server.close())
  const endpoint = new URL(`http://localhost:${server.port}/mcp`)
  const client = { id: CLIENT_ID, secret: new Secret(CLIENT_SECRET) }
  const store = createMemoryStore()
  const keys = [new Secret('k'.repeat(32))]
  const apps = Array.from({ length: count }, () =>
    createAppWithPage({
      options: {
        ...{ endpoint, client, issuer: issuer.issuer, tools: [TOOL] },
        apis: { api: { audience: API_AUDIENCE, baseUrl: new URL(api.origin) } },
        shared: count > 1 ? { store, keys, instances: count } : undefined,
      },
      ...{ pageClient: client, createServer },
    }),
  )
  let current = apps[0]
  server.attach((req, res) => {
    current?.(req, res)
  })
  const through = (index: number) => {
    current = apps[index % count]
  }
  const token = await issuer.mint(endpoint.href, { claims: { scope: 'bookings' } })
  const call = async () =>
    (await postMcp(endpoint, callTool(TOOL.name, { id: 'b1' }), { token })).text
  return { api, issuer, endpoint, through, call }
}

test.each([1, 2])(
  'the app with a page on docs/library.md has a call approved, with instances: %i',
  async (count) => {
    const { api, issuer, endpoint, through, call } = await instances(count)
    const url = /http:\S+?\/confirm\/[\w-]{43}/.exec(await call())?.[0] ?? ''
    const visitor = new PageVisitor(endpoint.origin)
    through(1)
    const { location = '' } = await visitor.get(url)
    through(2)
    await visitor.get(callbackFor(location))
    through(3)
    const { page, token = '' } = await visitor.get(url)
    expect(page).toBe('waiting')
    expect([issuer.tokenRequests.length, api.requests.length]).toEqual([1, 0])
    through(4)
    expect((await visitor.post(url, { token, action: 'approve' })).status).toBe(303)
    through(5)
    expect(await call()).toContain('Cancelled.')
    expect(api.requests.map(({ method }) => method)).toEqual(['DELETE'])
    through(6)
    expect(await call()).toMatch(/\/confirm\//)
    expect(api.requests).toHaveLength(1)
  },
)
