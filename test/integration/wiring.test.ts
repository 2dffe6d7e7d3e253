import request from 'supertest'
import { afterEach, describe, expect, test } from 'vitest'
import express from 'express'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { type LibraryServerOptions, startLibraryServer } from '../helpers/start-library-server.js'
import type { TestServer } from '../helpers/start-mcp-server.js'

let server: TestServer

afterEach(() => server.close())

const open = async (mount?: LibraryServerOptions['mount']): Promise<void> => {
  server = await startLibraryServer({
    sdk: 'SDK v2',
    handlers: { greet: () => 'hello' },
    tools: [{ name: 'greet', requiredScopes: ['tool:greet'] }],
    ...(mount === undefined ? {} : { mount }),
  })
}

const post = async (path: string, token?: string): Promise<number> =>
  (await postMcp(new URL(path, server.endpoint), callTool('greet'), { token })).status

const told = (name: string) => server.log.named(name)

describe('an endpoint', () => {
  test('[A17] an endpoint at another path than it is said to be is told about once, naming both', async () => {
    await open((app, { metadata, protect, errors }, mcp) => {
      app.use(metadata)
      app.all('/api/mcp', protect, mcp)
      app.use(errors)
    })
    expect(await post('/api/mcp?token=hunter2')).toBe(401)
    expect(await post('/api/mcp', await server.mint())).toBe(200)
    expect(told('endpoint_path_differs')).toMatchObject([
      { level: 'warn', fields: { method: 'POST', path: '/api/mcp', endpoint: '/mcp' } },
    ])
    expect(server.log.text()).not.toContain('hunter2')
  })

  test.each(['/mcp', '/mcp/', '/MCP', '/mcp/messages'])(
    '[A17] an endpoint at its own path is not logged: %s',
    async (path) => {
      await open((app, { metadata, protect, errors }, mcp) => {
        app.use(metadata)
        app.use('/mcp', protect, mcp)
        app.use(errors)
      })
      expect(await post(path, await server.mint())).toBe(200)
      expect(server.log.lines.filter(({ level }) => level === 'warn')).toEqual([])
    },
  )
})

describe('metadata', () => {
  test.each<[string, LibraryServerOptions['mount']]>([
    [
      'nowhere',
      (app, { protect, errors }, mcp) => {
        app.all('/mcp', protect, mcp)
        app.use(errors)
      },
    ],
    [
      'below a path',
      (app, { metadata, protect, errors }, mcp) => {
        app.use('/v1', metadata)
        app.all('/mcp', protect, mcp)
        app.use(errors)
      },
    ],
  ])(
    '[A17] metadata mounted %s is told about once clients are sent there',
    async (_where, mount) => {
      await open(mount)
      expect(await post('/mcp', await server.mint())).toBe(200)
      expect(await post('/mcp')).toBe(401)
      expect(told('metadata_not_reached')).toEqual([])
      for (let times = 0; times < 3; times += 1) expect(await post('/mcp')).toBe(401)
      expect(told('metadata_not_reached')).toMatchObject([
        {
          level: 'warn',
          fields: {
            metadata: `${server.endpoint.origin}/.well-known/oauth-protected-resource/mcp`,
          },
        },
      ])
    },
  )

  test.each<[string, LibraryServerOptions['mount']]>([
    ['as documented', undefined],
    [
      'behind the endpoint, where clients do ask for it',
      (app, { metadata, protect, errors }, mcp) => {
        app.all('/mcp', protect, mcp)
        app.use(metadata, errors)
      },
    ],
    [
      'in a router at the root',
      (app, { metadata, protect, errors }, mcp) => {
        const router = express.Router()
        router.use(metadata)
        router.all('/mcp', protect, mcp)
        app.use(router, errors)
      },
    ],
  ])('[A17] metadata mounted %s is not logged', async (_where, mount) => {
    await open(mount)
    for (let times = 0; times < 3; times += 1) {
      expect(await post('/mcp')).toBe(401)
      expect(
        (await request(server.origin).get('/.well-known/oauth-protected-resource/mcp')).status,
      ).toBe(200)
    }
    expect(told('metadata_not_reached')).toEqual([])
  })
})
