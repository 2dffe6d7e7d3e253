import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signIn } from '../../../apps/development/sign-in.js'
import { type RunningServer, authorizationRequest, startAuthorizationServer } from './support.js'

let server: RunningServer

beforeAll(async () => {
  server = await startAuthorizationServer()
})

afterAll(async () => {
  await server.close()
})

async function startStub(
  respond: Parameters<typeof createServer>[1],
): Promise<{ readonly stub: Server; readonly origin: string }> {
  const stub = createServer(respond).listen(0, '127.0.0.1')
  await once(stub, 'listening')
  const address = stub.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { stub, origin: `http://127.0.0.1:${address.port}` }
}

describe('signIn', () => {
  it('signIn names the users there are when the wanted one is not', async () => {
    const { url } = authorizationRequest(server)
    await expect(signIn({ authorizationUrl: url, username: 'mallory' })).rejects.toMatchObject({
      name: 'SignInError',
      code: 'unknown_user',
      message: 'There is no user mallory; known users: alice, bob, carol',
    })
  })

  it('signIn takes the address as text, and the fetch it is given', async () => {
    const { url } = authorizationRequest(server)
    let calls = 0
    const callback = await signIn({
      authorizationUrl: url.href,
      username: 'alice',
      fetch: (input, init) => {
        calls += 1
        return fetch(input, init)
      },
    })
    expect(callback.searchParams.get('code')).toBeTypeOf('string')
    expect(calls).toBeGreaterThan(2)
  })

  it('signIn says so when the page is not one of the development server', async () => {
    const { stub, origin } = await startStub((_request, response) => {
      response.end('<html><body>Universal Login</body></html>')
    })
    await expect(
      signIn({ authorizationUrl: `${origin}/authorize`, username: 'alice' }),
    ).rejects.toMatchObject({ code: 'unexpected_page' })
    stub.closeAllConnections()
    stub.close()
  })

  it('signIn gives up on redirects that go in a circle', async () => {
    const { stub, origin } = await startStub((_request, response) => {
      response.writeHead(302, { location: '/again' }).end()
    })
    await expect(
      signIn({ authorizationUrl: `${origin}/authorize`, username: 'alice' }),
    ).rejects.toMatchObject({ code: 'too_many_steps' })
    stub.closeAllConnections()
    stub.close()
  })

  it('signIn does not call the address at which it ends', async () => {
    let calls = 0
    const { stub, origin } = await startStub((_request, response) => {
      calls += 1
      response.end()
    })
    const { url } = authorizationRequest(server, { redirect_uri: `${origin}/callback` })
    const callback = await signIn({ authorizationUrl: url, username: 'alice' })
    expect(callback.origin).toBe(origin)
    expect(calls).toBe(0)
    stub.close()
  })
})
