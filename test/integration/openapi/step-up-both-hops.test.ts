import { describe, expect, test } from 'vitest'
import { callTool, postMcp, rpc, rpcAnswer, type TestResponse } from '../../helpers/mcp-requests.js'
import { startDocumentServer, TRAIN_TRAVEL, type DocumentServer } from './document-server.js'

const SCOPES = ['read', 'write']
const TRIP = { origin: 'efdbb9d1', destination: 'b2e783e1', date: '2026-02-01T09:00:00Z' }
const BOOKING = { body: { trip_id: '4f4e4e1', passenger_name: 'John Doe' } }

function start(): Promise<DocumentServer> {
  return startDocumentServer({
    environment: { OPENAPI_DOCUMENT: TRAIN_TRAVEL },
    scopes: { server: SCOPES, api: SCOPES },
  })
}

function isError(response: TestResponse): unknown {
  expect(response.status).toBe(200)
  return (rpcAnswer(response)['result'] as { readonly isError?: boolean }).isError ?? false
}

describe('a server with the tools of an OpenAPI document', () => {
  test('[openapi 1] a server with the tools of an OpenAPI document asks for the scopes of an operation before anything runs, and exchanges for exactly those of the API', async () => {
    const server = await start()
    const reading = await server.tokenFor('alice', 'read')
    const refused = await postMcp(server.endpoint, callTool('create_booking', BOOKING), {
      token: reading,
    })
    expect(refused.status).toBe(403)
    const challenge = refused.get('www-authenticate') ?? ''
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="write read"')
    expect(server.exchanges()).toEqual([])
    expect(server.apiRequests).toEqual([])

    const both = await server.tokenFor('alice', 'read write')
    const allowed = await postMcp(server.endpoint, callTool('create_booking', BOOKING), {
      token: both,
    })
    expect(isError(allowed)).toBe(false)
    expect(server.exchanges()).toEqual([['write']])
    expect(server.apiRequests).toEqual([
      {
        ...{ method: 'POST', target: '/bookings', subject: 'auth0|alice' },
        ...{ audience: server.apiAudience, scopes: ['write'] },
      },
    ])
  })

  test('[openapi 1] the tools of an OpenAPI document that inherit the requirement need read, those that override it need write', async () => {
    const server = await start()
    const token = await server.tokenFor('alice', 'read')
    const answer = rpcAnswer(await postMcp(server.endpoint, rpc('tools/list'), { token }))
    const { tools } = answer['result'] as { readonly tools: readonly { readonly name: string }[] }
    const statuses = new Map<string, number>()
    for (const { name } of tools) {
      // No arguments: whether a tool may be called is decided before they are looked at.
      const { status } = await postMcp(server.endpoint, callTool(name), { token })
      statuses.set(name, status)
    }
    expect(Object.fromEntries(statuses)).toEqual({
      create_booking: 403,
      create_booking_payment: 200,
      delete_booking: 403,
      get_booking: 200,
      get_bookings: 200,
      get_stations: 200,
      get_trips: 200,
    })
  })

  test('[openapi 2] a server with the tools of an OpenAPI document exchanges once for each set of scopes', async () => {
    const server = await start()
    const token = await server.tokenFor('alice', 'read write')
    const call = async (name: string, args: object = {}): Promise<void> => {
      expect(isError(await postMcp(server.endpoint, callTool(name, args), { token }))).toBe(false)
    }
    await call('get_trips', TRIP)
    await call('get_stations')
    expect(server.exchanges()).toEqual([['read']])
    await call('create_booking', BOOKING)
    expect(server.exchanges()).toEqual([['read'], ['write']])
    expect(server.apiRequests.map(({ scopes }) => scopes)).toEqual([['read'], ['read'], ['write']])
  })
})
