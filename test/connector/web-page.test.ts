import { expect, test } from 'vitest'
import { examine } from './examine.js'
import { pathOf, startWorld, type Route, type WorldParts } from './world.js'

const ORIGIN = 'https://app.example.com'

/** Allows pages of one origin, on the server or on the authorization server. */
const cors =
  (expose: string): Route =>
  (req, res) => {
    res.setHeader('access-control-allow-origin', ORIGIN)
    res.setHeader('access-control-expose-headers', expose)
    res.setHeader(
      'access-control-allow-headers',
      'Authorization, Content-Type, MCP-Protocol-Version',
    )
    if (req.method !== 'OPTIONS') return false
    res.writeHead(204).end()
    return true
  }
const allowing = cors('WWW-Authenticate')

async function pageOf(
  parts: WorldParts,
): Promise<{ problems: string[]; verdict: string | undefined }> {
  const { endpoint } = await startWorld(parts)
  const { report } = await examine(endpoint, ['--origin', ORIGIN, '--client', 'web-page'])
  return {
    problems: report.problems.map(({ id }) => id),
    verdict: report.clients[0]?.verdict,
  }
}

test('a web page connects where both servers allow its origin', async () => {
  const page = await pageOf({ mcp: allowing, issuer: allowing })
  expect(page).toEqual({ problems: [], verdict: 'connects' })
})

test.each<{
  readonly id: string
  readonly verdict: string
  readonly what: string
  readonly parts: WorldParts
}>([
  { id: 'cors.endpoint', verdict: 'fails', what: 'no server allows its origin', parts: {} },
  {
    id: 'cors.server_metadata',
    verdict: 'fails',
    what: 'the authorization server does not allow its origin',
    parts: { mcp: allowing },
  },
  {
    id: 'cors.challenge_hidden',
    verdict: 'connects',
    what: 'the challenge is not exposed to it',
    parts: { mcp: cors('X-Other'), issuer: allowing },
  },
  {
    id: 'cors.resource_metadata',
    verdict: 'fails',
    what: 'the metadata of the server does not allow its origin',
    parts: {
      mcp: (req, res, world) => pathOf(req) === '/mcp' && allowing(req, res, world),
      issuer: allowing,
    },
  },
  {
    id: 'cors.token',
    verdict: 'fails',
    what: 'the token endpoint does not allow its origin',
    parts: {
      mcp: allowing,
      issuer: (req, res, world) => pathOf(req) !== '/tokens' && allowing(req, res, world),
    },
  },
  {
    id: 'cors.registration',
    verdict: 'fails',
    what: 'the registration does not allow its origin',
    parts: {
      mcp: allowing,
      issuer: (req, res, world) => (req.method === 'OPTIONS' ? false : allowing(req, res, world)),
    },
  },
])('$id is told of a web page where $what', async ({ id, verdict, parts }) => {
  expect(await pageOf(parts)).toEqual({ problems: [id], verdict })
})

test('CORS is no matter where no origin is given', async () => {
  const { endpoint } = await startWorld()
  const { report } = await examine(endpoint)
  expect(report.clients.map(({ client }) => client)).not.toContain('web-page')
})
