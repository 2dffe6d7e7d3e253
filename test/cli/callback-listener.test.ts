import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import {
  listenForCallback,
  type CallbackListener,
} from '../../cli/doctor/sign-in/callback-listener.js'
import { closeWithTest } from '../helpers/close-with-test.js'

const STATE = 'state-of-this-sign-in'

async function listener(redirectUri = 'http://127.0.0.1/callback'): Promise<CallbackListener> {
  const listening = await listenForCallback(new URL(redirectUri), STATE)
  closeWithTest(() => listening.close())
  return listening
}

interface Call {
  readonly method?: string
  readonly path?: string
  readonly host?: string
}

/** Sends a request line and a Host as they are given; gives the status. */
function call(
  { redirectUri }: CallbackListener,
  { method = 'GET', path, host }: Call,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({
      ...{ host: '127.0.0.1', port: redirectUri.port, method },
      path: path ?? `/callback?code=c&state=${STATE}`,
      headers: { host: host ?? redirectUri.host },
    })
    sent.once('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.once('error', reject)
    sent.end()
  })
}

describe('the listener for the answer to a sign-in', () => {
  test.each([
    ['another host, as a web page would by DNS rebinding', { host: 'attacker.example' }],
    ['another host with the port', { host: 'attacker.example:80' }],
    ['the name localhost, where it was asked for by address', { host: 'localhost' }],
    ['another method', { method: 'POST' }],
    ['HEAD', { method: 'HEAD' }],
    ['the path with a slash behind it', { path: `/callback/?code=c&state=${STATE}` }],
    ['the path in another case', { path: `/Callback?code=c&state=${STATE}` }],
    ['the path behind dot segments', { path: `/a/../callback?code=c&state=${STATE}` }],
    ['a path that looks like a host', { path: `//callback?code=c&state=${STATE}` }],
    ['an absolute target', { path: `http://attacker.example/callback?code=c&state=${STATE}` }],
    ['the root', { path: '/' }],
    [
      'an address for a client document that it does not serve',
      { path: '/mcp-on-behalf-of-doctor.json' },
    ],
  ])('answers %s with 404, and goes on waiting', async (_title, parts) => {
    const waiting = await listener()
    expect(await call(waiting, parts)).toBe(404)
    expect(await call(waiting, {})).toBe(200)
    expect((await waiting.answer).get('code')).toBe('c')
  })

  test('refuses a huge query, and goes on waiting', async () => {
    const waiting = await listener()
    const path = `/callback?state=${STATE}&code=${'c'.repeat(64 * 1024)}`
    expect(await call(waiting, { path })).toBe(431)
    expect(await call(waiting, {})).toBe(200)
  })

  test('takes one answer and no more', async () => {
    const waiting = await listener()
    expect(await call(waiting, {})).toBe(200)
    expect(await call(waiting, { path: `/callback?code=second&state=${STATE}` })).toBe(404)
    expect((await waiting.answer).get('code')).toBe('c')
  })

  test('takes a repeated state for none', async () => {
    const waiting = await listener()
    expect(await call(waiting, { path: `/callback?state=${STATE}&state=${STATE}` })).toBe(400)
    expect(waiting.strayAnswers()).toBe(1)
  })

  test('listens on loopback alone, at the name and path that were asked for', async () => {
    const { redirectUri } = await listener('http://localhost/a/b')
    expect(redirectUri.href).toMatch(/^http:\/\/localhost:\d+\/a\/b$/)
    const response = await fetch(`${redirectUri.href}?code=c&state=${STATE}`)
    expect(response.status).toBe(200)
  })

  test('rejects where its port is taken', async () => {
    const { redirectUri } = await listener()
    await expect(listenForCallback(redirectUri, STATE)).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
  })

  test('serves the document of its client at the address that is its id', async () => {
    const waiting = await listener()
    const address = waiting.serveDocument()
    expect(waiting.documentWasRead()).toBe(false)
    const document = await (await fetch(address)).json()
    expect(document).toMatchObject({
      ...{ client_id: address, redirect_uris: [waiting.redirectUri.href] },
      token_endpoint_auth_method: 'none',
    })
    expect(waiting.documentWasRead()).toBe(true)
  })
})
