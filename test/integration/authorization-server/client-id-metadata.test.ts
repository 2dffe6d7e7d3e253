import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signIn } from '../../../apps/development/sign-in.js'
import {
  type RunningServer,
  authorizationRequest,
  obtainTokens,
  startAuthorizationServer,
} from './support.js'

const REMOTE = 'https://client.example/oauth/client.json'
const REDIRECT_URI = 'http://127.0.0.1:49152/callback'

let server: RunningServer
let documents: Server
let origin: string

function describeClient(clientId: string): Record<string, unknown> {
  return {
    client_id: clientId,
    client_name: 'A client with a document',
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }
}

beforeAll(async () => {
  server = await startAuthorizationServer({
    fetch: (input, init) => {
      if (input instanceof Request) throw new TypeError('the server fetches by address')
      const url = input.toString()
      return url === REMOTE
        ? Promise.resolve(Response.json(describeClient(REMOTE)))
        : fetch(url, init)
    },
  })
  documents = createServer((request, response) => {
    const address = `${origin}${request.url ?? ''}`
    const content: Record<string, unknown> = {
      '/good.json': describeClient(address),
      '/foreign.json': describeClient(`${origin}/good.json`),
      '/secret.json': { ...describeClient(address), client_secret: 'shared' },
      '/basic.json': {
        ...describeClient(address),
        token_endpoint_auth_method: 'client_secret_basic',
      },
      '/list.json': [],
    }
    if (request.url === '/redirect.json') {
      response.writeHead(302, { location: '/good.json' }).end()
    } else if (request.url !== undefined && request.url in content) {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(content[request.url]))
    } else {
      response.writeHead(404).end()
    }
  }).listen(0, '127.0.0.1')
  await once(documents, 'listening')
  const address = documents.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  origin = `http://127.0.0.1:${address.port}`
})

afterAll(async () => {
  documents.closeAllConnections()
  documents.close()
  await server.close()
})

describe('client id metadata documents', () => {
  it('client id metadata documents signs in a client whose id is the https address of its document', async () => {
    const { status, body } = await obtainTokens(server, 'alice', { client_id: REMOTE })
    expect(status).toBe(200)
    expect(body).toMatchObject({ scope: 'tool:whoami tool:greet' })
    expect(body).toHaveProperty('refresh_token')
    expect(server.events).toContainEqual({
      type: 'consent_given',
      username: 'alice',
      clientId: REMOTE,
    })
  })

  it('client id metadata documents signs in a client whose document is on this machine, over plain http', async () => {
    const clientId = `${origin}/good.json`
    const { status, body } = await obtainTokens(server, 'bob', { client_id: clientId })
    expect(status).toBe(200)
    expect(body).toMatchObject({ scope: 'tool:whoami' })
    expect(server.events).toContainEqual({ type: 'consent_given', username: 'bob', clientId })
  })

  it.each([
    ['names another address', 'foreign.json', 'must be its own address'],
    ['holds a shared secret', 'secret.json', 'must not have a client_secret'],
    ['wants a shared secret', 'basic.json', 'must be none or private_key_jwt'],
    ['is no object', 'list.json', 'not a JSON object'],
    ['does not exist', 'missing.json', 'no client id metadata document'],
    ['redirects', 'redirect.json', 'no client id metadata document'],
  ])('client id metadata documents refuses a document that %s', async (_what, file, message) => {
    const { url } = authorizationRequest(server, { client_id: `${origin}/${file}` })
    await expect(signIn({ authorizationUrl: url, username: 'alice' })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(message) as string,
    })
  })

  it('client id metadata documents does not fetch plain http from anywhere but this machine', async () => {
    const { url } = authorizationRequest(server, { client_id: 'http://client.example/client.json' })
    await expect(signIn({ authorizationUrl: url, username: 'alice' })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('client is invalid') as string,
    })
  })
})
