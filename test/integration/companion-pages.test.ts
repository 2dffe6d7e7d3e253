import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStack, type DevelopmentStack } from '../../apps/development/start-stack.js'
import { RecordingLog } from '../helpers/recording-log.js'

/** What browsers send when somebody types an address. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'

let stack: DevelopmentStack

beforeAll(async () => {
  stack = await startStack({
    ports: { authorizationServer: 0, api: 0, mcp: 0 },
    log: new RecordingLog(),
  })
})

afterAll(() => stack.close())

const open = (url: string | URL, headers: Record<string, string> = {}) =>
  request(new URL(url).origin)
    .get(new URL(url).pathname)
    .set({ accept: BROWSER, ...headers })

describe.each([
  ['authorization server', () => stack.issuer, 'front'],
  ['API', () => stack.apiAudience, 'api'],
] as const)('the address that npm start prints for the %s', (_name, url, page) => {
  test('[B15] the address that npm start prints for a companion program shows a browser a page that links to the page of the MCP server', async () => {
    const response = await open(url())
    expect(response.status).toBe(200)
    expect(response.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.get('content-security-policy')).toContain("default-src 'none'")
    expect(response.get('vary')).toContain('Accept')
    const text = response.text
    expect(text).toContain(`data-page="${page}"`)
    expect(text).toContain(`<a href="${new URL('/', stack.endpoint).href}">`)
  })

  test('[B15] the address that npm start prints for a companion program shows the page to nobody who comes under another host', async () => {
    const { port } = new URL(url())
    const { status } = await open(url(), { host: `attacker.example:${port}` })
    expect(status).toBe(403)
  })
})

test.each([
  ['*/*', 'text/plain; charset=utf-8', /^Development authorization server\. /],
  [
    'application/json',
    'application/json; charset=utf-8',
    /"scopes":\["tool:whoami","tool:greet","read:trips","read:bookings","write:bookings"\]/,
  ],
  ['text/plain', 'text/plain; charset=utf-8', /^Development authorization server\. /],
])(
  '[B15] a program that accepts %s gets no page from either: a line, or the scopes of each API as JSON',
  async (accept, type, text) => {
    const front = await open(stack.issuer, { accept })
    expect(front.get('content-type')).toBe(type)
    expect(front.text).toMatch(text)
    const api = await open(stack.apiAudience, { accept })
    expect(api.status).toBe(401)
    expect(api.get('www-authenticate')).toBe('Bearer realm="api"')
    expect(api.body).toEqual({ error: 'unauthorized' })
  },
)

test('[B15] a browser that sends a token to the API is answered about the token', async () => {
  const response = await open(stack.apiAudience, { authorization: 'Bearer nonsense' })
  expect(response.status).toBe(401)
  expect(response.body).toEqual({ error: 'invalid_token' })
})
