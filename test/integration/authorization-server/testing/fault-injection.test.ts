import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Fault } from '../../../../apps/authorization-server/testing/fault-injection.js'
import {
  type RunningServer,
  exchangeForm,
  obtainAccessToken,
  startAuthorizationServer,
} from '../support.js'

let server: RunningServer
let subjectToken: string

beforeAll(async () => {
  server = await startAuthorizationServer()
  subjectToken = await obtainAccessToken(server, 'alice')
})

afterAll(async () => {
  await server.close()
})

afterEach(() => {
  server.switches.fault = undefined
})

async function exchangeWith(fault: Fault): Promise<Response> {
  server.switches.fault = fault
  return fetch(`${server.issuer}oauth/token`, {
    method: 'POST',
    body: new URLSearchParams(exchangeForm(subjectToken)),
    redirect: 'manual',
  })
}

describe('a token endpoint with a fault', () => {
  it.each([500, 502, 503])('a token endpoint with a fault answers %i', async (status) => {
    const response = await exchangeWith({ kind: 'status', status })
    expect(response.status).toBe(status)
    expect(response.headers.has('retry-after')).toBe(false)
    expect(await response.json()).toMatchObject({ error: 'server_error' })
  })

  it('a token endpoint with a fault says when to come back', async () => {
    const fault = { kind: 'status', status: 503, retryAfterSeconds: 7 } as const
    const response = await exchangeWith(fault)
    expect(response.headers.get('retry-after')).toBe('7')
  })

  it('a token endpoint with a fault answers 200 with a page', async () => {
    const response = await exchangeWith({ kind: 'html' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain('<!doctype html>')
  })

  it('a token endpoint with a fault answers 200 with nothing, as JSON', async () => {
    const response = await exchangeWith({ kind: 'empty' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(await response.text()).toBe('')
  })

  it('a token endpoint with a fault cuts its JSON in half, token and all', async () => {
    const response = await exchangeWith({ kind: 'truncated_json' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('application/json')
    const text = await response.text()
    expect(text).toMatch(/^\{"access_token":"ey/)
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
  })

  it('a token endpoint with a fault calls its JSON plain text', async () => {
    const response = await exchangeWith({ kind: 'wrong_content_type' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/plain')
    expect(await response.json()).toHaveProperty('access_token')
  })

  it('a token endpoint with a fault sends the client elsewhere, body included', async () => {
    const location = 'http://127.0.0.1:1/elsewhere'
    const response = await exchangeWith({ kind: 'redirect', location })
    expect(response.status).toBe(307)
    expect(response.headers.get('location')).toBe(location)
  })

  it('a token endpoint with a fault breaks the connection', async () => {
    await expect(exchangeWith({ kind: 'connection_reset' })).rejects.toThrow('fetch failed')
    server.switches.fault = undefined
    expect((await fetch(`${server.issuer}.well-known/jwks.json`)).status).toBe(200)
  })

  it.each(['promise', 'failing promise', 'signal'])(
    'a token endpoint with a fault answers as soon as the %s lets it',
    async (kind) => {
      const controller = new AbortController()
      const promise = once(controller.signal, 'abort').then(() => {
        if (kind === 'failing promise') throw new Error('gone')
      })
      const until = kind === 'signal' ? controller.signal : promise
      let answered = false
      let pending: Promise<Response> | undefined
      await new Promise<void>((onWaiting) => {
        pending = exchangeWith({ kind: 'slow', until, onWaiting })
      })
      void pending?.then(() => (answered = true))
      // A request that came later is answered first.
      server.switches.fault = undefined
      await obtainAccessToken(server, 'bob')
      expect(answered).toBe(false)
      controller.abort()
      expect((await pending)?.status).toBe(200)
    },
  )

  it('a token endpoint with a fault does not wait for what has happened already', async () => {
    const until = AbortSignal.abort()
    expect((await exchangeWith({ kind: 'slow', until })).status).toBe(200)
  })
})

describe('a fault elsewhere', () => {
  it.each([
    ['metadata', '.well-known/openid-configuration'],
    ['metadata', '.well-known/oauth-authorization-server'],
    ['keys', '.well-known/jwks.json'],
  ] as const)('a fault elsewhere hits the %s alone (/%s)', async (endpoint, path) => {
    const failed = await exchangeWith({ kind: 'status', status: 503, at: [endpoint] })
    expect(failed.status).toBe(200)
    expect((await fetch(server.issuer + path)).status).toBe(503)
    expect((await fetch(`${server.issuer}userinfo`)).status).toBe(401)
  })
})
