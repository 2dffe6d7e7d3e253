import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningServer, startServer } from './support.js'

let server: RunningServer

beforeAll(async () => {
  server = await startServer()
})

afterAll(async () => {
  await server.close()
})

describe('the page at /', () => {
  it('the page at / is a line of plain text that says what this server is', async () => {
    const response = await fetch(server.issuer)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await response.text()).toBe(
      'Development authorization server. Sign-in begins at your MCP client.\n',
    )
  })

  it('the page at / is nowhere else, and takes nothing', async () => {
    expect((await fetch(new URL('elsewhere', server.issuer))).status).toBe(404)
    expect((await fetch(server.issuer, { method: 'POST' })).status).toBe(404)
  })
})
