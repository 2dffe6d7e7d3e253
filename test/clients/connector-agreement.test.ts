import { expect, test } from 'vitest'
import { compare } from '../connector/agreement/compare.js'
import { inspector, mcpRemote } from '../connector/agreement/program-clients.js'
import { BROKEN_SERVERS } from '../connector/broken-servers.js'
import { OPEN_SERVER } from '../connector/open-server.js'

const SERVERS = [
  { name: 'nothing is wrong', parts: {} },
  { name: 'nobody has to sign in', parts: { mcp: OPEN_SERVER } },
  ...BROKEN_SERVERS.filter(({ id }) => id !== 'metadata.too_large'),
]

test.each(SERVERS)('the doctor tells of mcp-remote what it does where $name', async (server) => {
  const { told, real } = await compare('mcp-remote', mcpRemote, server)
  expect(told).toBe(real)
})

test.each(SERVERS)(
  'the doctor tells of the command line of the MCP Inspector what it does where $name',
  async (server) => {
    const { told, real } = await compare('inspector', inspector, server)
    expect(told).toBe(real)
  },
)
