import { expect, test } from 'vitest'
import { compare } from '../connector/agreement/compare.js'
import { sdkV1, sdkV2 } from '../connector/agreement/sdk-clients.js'
import { BROKEN_SERVERS } from '../connector/broken-servers.js'
import { OPEN_SERVER } from '../connector/open-server.js'
import { INCOMPLETE_OPENID } from '../connector/openid-metadata.js'

const SERVERS = [
  { name: 'nothing is wrong', parts: {} },
  { name: 'nobody has to sign in', parts: { mcp: OPEN_SERVER } },
  { name: 'the metadata of OpenID Connect is not complete', parts: INCOMPLETE_OPENID },
  ...BROKEN_SERVERS.filter(({ beyondClients }) => beyondClients !== true),
]

test.each(SERVERS)(
  'the doctor tells of a client of the MCP SDK v1 what it does where $name',
  async (server) => {
    const { told, real, unasked } = await compare('sdk-v1', sdkV1, server)
    expect({ told, unasked }).toEqual({ told: real, unasked: [] })
  },
)

test.each(SERVERS)(
  'the doctor tells of a client of the MCP SDK v2 what it does where $name',
  async (server) => {
    const { told, real, unasked } = await compare('sdk-v2', sdkV2, server)
    expect({ told, unasked }).toEqual({ told: real, unasked: [] })
  },
)
