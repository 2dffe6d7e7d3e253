import { expect, test } from 'vitest'
import { compare } from '../connector/agreement/compare.js'
import { inspector, mcpRemote } from '../connector/agreement/program-clients.js'
import { BROKEN_SERVERS } from '../connector/broken-servers.js'
import { OPEN_SERVER } from '../connector/open-server.js'
import { INCOMPLETE_OPENID } from '../connector/openid-metadata.js'

/** Some of each step, as every client is a process of its own. The clients of the SDK are compared on all. */
const COMPARED = new Set([
  ...['endpoint.not_found', 'endpoint.legacy_transport', 'endpoint.session_required'],
  ...['challenge.missing', 'challenge.unquoted_address', 'challenge.foreign_address'],
  ...['metadata.wrong_address', 'metadata.status', 'resource.origin', 'resource.trailing_slash'],
  ...['server_metadata.only_openid', 'server_metadata.not_json', 'server_metadata.issuer'],
  ...['server.pkce_not_named', 'server.no_s256', 'registration.only_documents'],
])

const SERVERS = [
  { name: 'nothing is wrong', parts: {} },
  { name: 'nobody has to sign in', parts: { mcp: OPEN_SERVER } },
  { name: 'the metadata of OpenID Connect is not complete', parts: INCOMPLETE_OPENID },
  ...BROKEN_SERVERS.filter(({ id }) => COMPARED.has(id)),
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

const REDIRECTING = BROKEN_SERVERS.filter(
  ({ id, name }) => id === 'endpoint.redirect' && !name.includes('without an end'),
)

// It asks the older transport for a challenge, and has nowhere to send its messages after the sign-in.
test.each(REDIRECTING)(
  'mcp-remote lets the person sign in, and the doctor tells that it fails, where $name',
  async (server) => {
    const { told, real } = await compare('mcp-remote', mcpRemote, server)
    expect({ told, real }).toEqual({ told: 'fails', real: 'page' })
  },
)
