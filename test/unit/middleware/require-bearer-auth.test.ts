import { expect, test } from 'vitest'
import { requireBearerAuth } from '../../../middleware/require-bearer-auth.js'
import { sendRaw } from '../../attacks/raw-socket.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { appOf, ENDPOINT } from './protected-app.js'

const claims = { iss: 'https://as.example/', sub: 'alice', client_id: 'c', exp: 4_000_000_000 }

/** The raw headers as a handler sees them, of a request with these lines. */
async function seenOf(lines: readonly string[]): Promise<readonly string[]> {
  const seen: string[] = []
  const { app } = appOf(
    requireBearerAuth({
      verifier: { verify: () => Promise.resolve(claims) },
      ...{ resource: ENDPOINT.href, endpoint: ENDPOINT, resourceMetadataUrl: ENDPOINT },
    }),
    (req, res) => {
      seen.push(...req.rawHeaders)
      res.end()
    },
  )
  const { origin } = await startHttpServer(app)
  const all = ['GET /mcp HTTP/1.1', ...lines, 'Connection: close', '', '']
  expect((await sendRaw(new URL(origin), all.join('\r\n'))).status).toBe(200)
  return seen
}

test('the credentials are taken out of the raw headers wherever they stand', async () => {
  const token = 'Authorization: Bearer abc.def'
  const left = ['Host', 'mcp.example', 'Connection', 'close']
  expect(await seenOf([token, 'Host: mcp.example'])).toEqual(left)
  expect(await seenOf(['Host: mcp.example', token])).toEqual(left)
})

test('a header that has authorization or dpop in its name beside other words stays', async () => {
  const others = ['X-Authorization: 1', 'Authorization-Info: 2', 'DPoP-Info: 3', 'X-DPoP: 4']
  expect(await seenOf(['Host: mcp.example', 'authorization: Bearer abc', ...others])).toEqual([
    ...['Host', 'mcp.example', 'X-Authorization', '1', 'Authorization-Info', '2'],
    ...['DPoP-Info', '3', 'X-DPoP', '4', 'Connection', 'close'],
  ])
})
