import { expect, test } from 'vitest'
import { examine, examineText } from './examine.js'
import { goodServerMetadata, pathOf, SERVER_METADATA, startWorld } from './world.js'

test('of a server that is right, every client connects and no problem is told', async () => {
  const { endpoint } = await startWorld()
  const { exitCode, report } = await examine(endpoint)
  expect(report.problems).toEqual([])
  expect(new Set(report.clients.map(({ verdict }) => verdict))).toEqual(new Set(['connects']))
  expect(report.clients).toHaveLength(11)
  expect(exitCode).toBe(0)
})

test('no request is made twice, however many clients are asked about', async () => {
  const { endpoint, requests } = await startWorld()
  const { report } = await examine(endpoint)
  const asked = requests.filter((line) => line.startsWith('mcp GET') || line.startsWith('issuer'))
  expect(asked).toEqual([...new Set(asked)])
  expect(report.requests).toHaveLength(requests.length)
})

test('the report for people lists every client with what happens to it', async () => {
  const { endpoint } = await startWorld()
  const text = await examineText(endpoint)
  expect(text).toContain('MCP Inspector')
  expect(text).toContain('Every client connects, as far as was tried.')
})

test('metadata that begins with a byte order mark is read, as clients read it', async () => {
  const { endpoint } = await startWorld({
    issuer: (req, res, world) => {
      if (pathOf(req) !== SERVER_METADATA) return false
      res.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
      res.end(`\uFEFF${JSON.stringify(goodServerMetadata(world))}`)
      return true
    },
  })
  const { report } = await examine(endpoint)
  expect(report.problems).toEqual([])
})

test('metadata behind a redirect within its origin is found, as clients find it', async () => {
  const { endpoint } = await startWorld({
    mcp: (req, res) => {
      if (
        pathOf(req) !== '/.well-known/oauth-protected-resource/mcp' ||
        req.url?.endsWith('?1') === true
      ) {
        return false
      }
      res.writeHead(308, { location: `${pathOf(req)}?1` }).end()
      return true
    },
  })
  const { report } = await examine(endpoint)
  expect(report.problems).toEqual([])
})
