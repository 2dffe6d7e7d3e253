import { createHash } from 'node:crypto'
import express from 'express'
import { homePageRoute, type HomePageOptions } from 'mcp-on-behalf-of'
import request from 'supertest'
import { beforeAll, describe, expect, test } from 'vitest'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

describe('the page at / of the server', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer()
    return server.close
  })

  const get = (path: string) => request(server.origin).get(path)

  test.each(['text/html', 'application/json', 'text/event-stream', '*/*'])(
    'the page at / of the server is HTML, whatever a client accepts: %s',
    async (accept) => {
      const response = await get('/').set('Accept', accept)
      expect(response.status).toBe(200)
      expect(response.get('content-type')).toBe('text/html; charset=utf-8')
      expect(response.text).toMatch(/^<!doctype html>/)
    },
  )

  test('the page at / of the server lets in its own style sheet and script, and nothing else', async () => {
    const response = await get('/')
    const page = response.text
    const hashOf = (element: string): string => {
      const all = [...page.matchAll(new RegExp(`<${element}>([^]*?)</${element}>`, 'g'))]
      expect(all).toHaveLength(1)
      return createHash('sha256')
        .update(all[0]?.[1] ?? '')
        .digest('base64')
    }
    expect(response.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hashOf('style')}'; script-src 'sha256-${hashOf('script')}'; ` +
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    expect(page).not.toMatch(/\sstyle="|\son\w+="|\ssrc="/)
    expect(response.get('x-content-type-options')).toBe('nosniff')
    expect(response.get('x-frame-options')).toBe('DENY')
    expect(response.get('referrer-policy')).toBe('no-referrer')
    expect(response.get('set-cookie')).toBeUndefined()
  })

  test('the page at / of the server is asked for again each time, and sent again only when it has changed', async () => {
    const first = await get('/')
    expect(first.get('cache-control')).toBe('no-cache')
    const etag = first.get('etag') ?? ''
    const ask = (held: string) => get('/').set('If-None-Match', held)
    const same = await ask(etag)
    expect([same.status, same.text]).toEqual([304, ''])
    expect((await ask('"other"')).status).toBe(200)
  })

  test('the page at / answers HEAD without a body', async () => {
    const response = await request(server.origin).head('/')
    expect(response.status).toBe(200)
    expect(Number(response.get('content-length'))).toBeGreaterThan(1_000)
    expect(response.text).toBeUndefined()
  })

  test.each(['post', 'put', 'patch', 'delete'] as const)(
    'the page at / of the server leaves %s to nobody',
    async (method) => {
      const response = await request(server.origin)[method]('/')
      expect(response.status).toBe(404)
      expect(response.body).toMatchObject({ error: 'not_found' })
    },
  )

  test.each(['//', '/index.html', '/%2F', '/home', '/.'.repeat(3) + '/x'])(
    'the page at / of the server is at exactly /, not at %s',
    async (path) => {
      expect((await request(server.origin).get(path)).status).toBe(404)
    },
  )

  test('the page at / of the server holds nothing of the request, and is the same for everybody', async () => {
    const plain = (await get('/')).text
    const response = await request(server.origin)
      .get('/?q=marker-in-query')
      // A name of this machine, and so let through.
      .set('Host', '127.0.0.1:4711')
      .set('X-Forwarded-Host', 'marker.example')
      .set('X-Forwarded-Proto', 'https')
      .set('User-Agent', 'marker-agent')
      .set('Authorization', 'Bearer marker-token')
      .set('Cookie', 'marker=1')
    expect(response.status).toBe(200)
    expect(response.text).toBe(plain)
    expect(plain).not.toContain('4711')
  })

  test('the page at / of the server is behind the list of hosts and origins', async () => {
    const foreign = await request(server.origin).get('/').set('Host', 'evil.example')
    expect(foreign.status).toBe(403)
    const origin = await request(server.origin).get('/').set('Origin', 'https://evil.example')
    expect(origin.status).toBe(403)
  })

  test('the page at / of the server lists the tools in the order of tools/list', async () => {
    const page = (await get('/')).text
    const names = [...page.matchAll(/<h3 class="tool">[^<]*<code class="soft">([^<]*)</g)]
    expect(names.map(([, name]) => name)).toEqual(['get_datetime', 'greet', 'whoami'])
  })

  test('the page at / of the server names no secret and no client, and no address behind the server', async () => {
    const page = (await get('/')).text
    for (const hidden of ['secret', 'api.example', 'mcp-server"', 'read:private', 'express']) {
      expect(page).not.toContain(hidden)
    }
  })
})

test('the page counts towards the limit by address', async () => {
  const server = await startMcpServer({
    environment: { RATE_LIMIT_PER_ADDRESS: '2' },
  })
  const statuses: number[] = []
  for (let count = 0; count < 3; count += 1)
    statuses.push((await request(server.origin).get('/')).status)
  expect(statuses).toEqual([200, 200, 429])
})

test('HOME_PAGE=off leaves / to nobody', async () => {
  const server = await startMcpServer({ environment: { HOME_PAGE: 'off' } })
  const response = await request(server.origin).get('/')
  expect(response.status).toBe(404)
  expect(response.body).toMatchObject({ error: 'not_found' })
})

test('the page shows the configured public URL, not the one it was asked for at', async () => {
  const server = await startMcpServer({
    environment: { MCP_SERVER_URL: 'https://mcp.example/base', ALLOWED_HOSTS: 'localhost' },
  })
  const port = new URL(server.origin).port
  const page = (await request(server.origin).get('/')).text
  expect(page).toContain('<code>https://mcp.example/base/mcp</code>')
  expect(page).toContain('"https://mcp.example/.well-known/oauth-protected-resource/base/mcp"')
  expect(page).toContain('"https://mcp.example/healthz"')
  // The token's audience is set to it in these tests.
  expect(page.replaceAll(server.audience, '')).not.toContain(port)
})

describe('homePageRoute in an Express app of somebody else', () => {
  const hostile = '"><script>alert(1)</script>'
  const options: HomePageOptions = {
    endpoint: new URL('https://mcp.example/mcp'),
    resource: {
      resource: hostile,
      authorizationServers: [`javascript:${hostile}`],
      baselineScopes: [hostile],
    },
    tools: [
      { name: hostile, title: hostile, description: hostile, requiredScopes: [hostile] },
      { name: 'bare', requiredScopes: [], downstream: { api: 'api', scopes: ['hidden:scope'] } },
    ],
    name: hostile,
    version: hostile,
  }
  const appWith = (given: HomePageOptions) => express().use(homePageRoute(given))

  test('homePageRoute in an Express app of somebody else escapes every text it is given', async () => {
    const { text, headers } = await request(appWith(options)).get('/').expect(200)
    expect(text.match(/<script/g)).toHaveLength(1)
    expect(text).not.toContain(hostile)
    expect(text.match(/&quot;&gt;&lt;script&gt;alert\(1\)/g)?.length).toBeGreaterThan(8)
    expect(text).not.toMatch(/href="javascript:/i)
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['x-frame-options']).toBe('DENY')
  })

  test('homePageRoute in an Express app of somebody else shows a tool by its name where that is all there is, and nothing of its API', async () => {
    const { text } = await request(appWith(options)).get('/')
    expect(text).toMatch(/<h3 class="tool">\s*bare <code class="soft">bare<\/code>/)
    expect(text).not.toContain('hidden:scope')
  })

  test('homePageRoute in an Express app of somebody else does without tools, version, health and scopes', async () => {
    const { endpoint } = options
    const resource = { resource: endpoint.href, authorizationServers: [], baselineScopes: [] }
    const { text } = await request(appWith({ endpoint, resource, tools: [], name: 'x' })).get('/')
    expect(text).toContain('This server has no tools.')
    expect(text).not.toContain('Health of this process')
    expect(text).not.toContain('Scopes to ask for at first')
  })

  test('homePageRoute in an Express app of somebody else leaves what is not its own to the app', async () => {
    const app = appWith(options)
    app.post('/', (_req, res) => {
      res.json({ mine: true })
    })
    const { body } = (await request(app).post('/')) as { body: unknown }
    expect(body).toEqual({ mine: true })
  })

  test('homePageRoute in an Express app of somebody else throws for options that cannot be used, all at once', () => {
    const faulty = { ...options, endpoint: new URL('https://mcp.example/'), name: ' ' }
    expect(() => homePageRoute(faulty)).toThrow(
      /homePageRoute\(\)[^]*endpoint: must not be at "\/"[^]*name: must say/,
    )
  })
})
