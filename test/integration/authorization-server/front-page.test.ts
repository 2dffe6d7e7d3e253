import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FrontPageDocument } from '../../../apps/authorization-server/front-page.js'
import { PERMISSIONS, type RunningServer, startAuthorizationServer, get } from './support.js'

let server: RunningServer

beforeAll(async () => {
  server = await startAuthorizationServer()
})

afterAll(async () => {
  await server.close()
})

describe('the page at /', () => {
  it('the page at / is a line of plain text that says what this server is', async () => {
    const response = await get(server.issuer)
    expect(response.status).toBe(200)
    expect(response.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(response.text).toBe(
      'Development authorization server. Sign-in begins at your MCP client.\n',
    )
  })

  it('the page at / names the scopes of each API to a program that asks for JSON', async () => {
    const response = await request(server.issuer).get('').set('Accept', 'application/json')
    expect(response.status).toBe(200)
    const { resource_servers: apis } = response.body as FrontPageDocument
    expect(apis.map(({ scopes }) => scopes)).toEqual([PERMISSIONS.alice.mcp, PERMISSIONS.alice.api])
    expect(Object.keys(response.body as object)).toEqual(['resource_servers'])
    expect(apis.map((api) => Object.keys(api))).toEqual([
      ['identifier', 'scopes'],
      ['identifier', 'scopes'],
    ])
  })

  it('the page at / is nowhere else, and takes nothing', async () => {
    expect((await get(new URL('elsewhere', server.issuer))).status).toBe(404)
    expect((await request(server.issuer).post('')).status).toBe(404)
  })
})
