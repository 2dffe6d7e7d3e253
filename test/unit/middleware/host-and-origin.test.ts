import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { hostAndOriginValidation } from '../../../middleware/host-and-origin-validation.js'
import { sendRaw } from '../../attacks/raw-socket.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { appOf, echo } from './protected-app.js'

const LOCAL = new URL('http://localhost/mcp')

describe('the request target and the Host header', () => {
  const refused = async (target: string, hosts: readonly string[]) => {
    const { app, refusal } = appOf(hostAndOriginValidation({ endpoint: LOCAL }), echo)
    const { origin } = await startHttpServer(app)
    const lines = [`GET ${target} HTTP/1.1`, ...hosts.map((host) => `Host: ${host}`)]
    const bytes = [...lines, 'Connection: close', '', ''].join('\r\n')
    const { status, body } = await sendRaw(new URL(origin), bytes)
    return { status, body, refusal: refusal() }
  }

  test('a client with a request target that is none is told what one looks like', async () => {
    const { status, body, refusal } = await refused('http://user@localhost/mcp', ['localhost'])
    expect([status, body]).toEqual([400, expect.stringContaining('must be a path, or a URL')])
    expect(refusal).toMatchObject({ code: 'invalid_request', reason: 'request_target' })
  })

  test('the log names both hosts of a request that is for two', async () => {
    const { status, refusal } = await refused('http://localhost/mcp', ['evil.example'])
    expect(status).toBe(403)
    expect(refusal).toMatchObject({
      ...{ code: 'request_forbidden', reason: 'host_mismatch' },
      ...{ host: 'evil.example', target: 'localhost' },
    })
  })
})

describe('the Origin header', () => {
  const from = (origin: string) =>
    request(appOf(hostAndOriginValidation({ endpoint: LOCAL }), echo).app)
      .get('/')
      .set('Origin', origin)

  test.each([
    ['http://localhost:6274', 200],
    ['https://127.0.0.1', 200],
    ['http://localhost:6274/', 403],
    ['http://localhost/page', 403],
    ['http://user@localhost', 403],
    ['ftp://localhost', 403],
    ['ws://localhost', 403],
  ])('the Origin %s gets %i from a server of this machine', async (origin, status) => {
    expect((await from(origin)).status).toBe(status)
  })

  test('a preflight is told the methods that an endpoint has, and for how long that holds', async () => {
    const { app } = appOf(hostAndOriginValidation({ endpoint: LOCAL }), echo)
    const preflight = await request(app)
      .options('/mcp')
      .set({ Origin: 'http://localhost:6274', 'Access-Control-Request-Method': 'DELETE' })
    expect(preflight.status).toBe(204)
    expect(preflight.get('access-control-allow-methods')).toBe('GET,POST,DELETE,OPTIONS')
    expect(preflight.get('access-control-max-age')).toBe('600')
  })
})
