import request from 'supertest'
import { afterEach, describe, expect, test } from 'vitest'
import express from 'express'
import { createWiringCheck } from '../../middleware/wiring-check.js'
import { ManualClock } from '../helpers/exchange-clock.js'
import { RecordingLog } from '../helpers/recording-log.js'
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

describe('metadata that is not mounted, and one request alone', () => {
  const setUp = (status: number, headers: Readonly<Record<string, string>>) => {
    const time = new ManualClock()
    const log = new RecordingLog()
    const endpoint = new URL('http://localhost/mcp')
    const wiring = createWiringCheck({ endpoint, log, timers: time.timers })
    const app = express()
    app.all('/mcp', wiring.protect, (_req, res) => void res.status(status).set(headers).end())
    app.use(wiring.metadata)
    return { app, time, told: () => log.named('metadata_not_reached') }
  }
  const CHALLENGE = { 'WWW-Authenticate': 'Bearer resource_metadata="http://localhost/x"' }

  test.each([401, 403, 400])(
    '[A17] ten seconds after one challenge with HTTP %i it is told, once, that nobody reached the metadata',
    async (status) => {
      const { app, time, told } = setUp(status, CHALLENGE)
      await request(app).post('/mcp')
      await time.advance(9_999)
      expect(told()).toEqual([])
      await time.advance(1)
      expect(told()).toMatchObject([{ level: 'warn' }])
      await request(app).post('/mcp')
      await time.advance(20_000)
      expect(told()).toHaveLength(1)
    },
  )

  test('[A17] metadata that is reached within ten seconds of the challenge is not told about', async () => {
    const { app, time, told } = setUp(401, CHALLENGE)
    await request(app).post('/mcp')
    await request(app).get('/.well-known/oauth-protected-resource/mcp')
    await time.advance(20_000)
    expect(told()).toEqual([])
  })

  test('[A17] an answer without a challenge sends nobody to the metadata, so nothing is told', async () => {
    const { app, time, told } = setUp(403, {})
    await request(app).post('/mcp')
    await request(app).post('/mcp')
    expect(time.pending).toBe(0)
    expect(told()).toEqual([])
  })
})
