import { decodeJwt } from 'jose'
import type { Claims } from '../../src/identity/caller.js'
import { silentLog } from '../../src/logging/logger.js'
import { showBooking } from './demo-booking.js'
import { actorChain, check, heading, hop, line } from './demo-text.js'
import { connectAs, type HeadlessMcpClient } from './headless-mcp-client.js'
import { startStack, type DevelopmentStack } from './start-stack.js'

const EXCHANGING_CLIENT = 'mcp-server'

/**
 * `npm run demo`: starts everything on free ports, signs two users in, calls `greet` for each, books a trip for one of them
 * with tools of the API's OpenAPI document, shows both hops, checks them, and ends. Exit code 0 only if every check held.
 */
async function main(): Promise<boolean> {
  const seenByApi: Claims[] = []
  const stack = await startStack({
    ports: { authorizationServer: 0, api: 0, mcp: 0 },
    log: silentLog,
    onApiCall: (claims) => seenByApi.push(claims),
  })
  try {
    const administrator = await showAdministrator(stack, seenByApi)
    seenByApi.length = 0
    const booking = await showBooking(stack, seenByApi)
    seenByApi.length = 0
    const plainUser = await showPlainUser(stack, seenByApi)
    return [...administrator, ...booking, ...plainUser].every((held) => held)
  } finally {
    await stack.close()
  }
}

async function showAdministrator(
  stack: DevelopmentStack,
  seenByApi: readonly Claims[],
): Promise<boolean[]> {
  heading('alice, an administrator')
  const session = await connectAs({ endpoint: stack.endpoint, username: 'alice' })
  try {
    const first = clientsToken(session)
    const result = await session.client.callTool({
      name: 'greet',
      arguments: { name: 'Alice' },
    })
    const second = seenByApi[0] ?? {}
    hop('hop 1, MCP client to MCP server', first)
    hop('hop 2, MCP server to the API', second)
    line('the API answered', JSON.stringify(result.structuredContent))
    return [
      check('the tool answered', result.isError !== true),
      check("hop 1 is for the MCP server's audience", first['aud'] === stack.endpoint.href),
      check("hop 2 is for the API's audience", second['aud'] === stack.apiAudience),
      check('the API saw alice', second['sub'] === 'auth0|alice'),
      check('the same user on both hops', first['sub'] === second['sub']),
      check('the actor is our client', actorChain(second)[0] === EXCHANGING_CLIENT),
      check('the API was asked for read:private alone', second['scope'] === 'read:private'),
      check('the API was called once', seenByApi.length === 1),
    ]
  } finally {
    await session.close()
  }
}

async function showPlainUser(
  stack: DevelopmentStack,
  seenByApi: readonly Claims[],
): Promise<boolean[]> {
  heading('bob, who may not use greet')
  const session = await connectAs({ endpoint: stack.endpoint, username: 'bob' })
  try {
    const first = clientsToken(session)
    hop('hop 1, MCP client to MCP server', first)
    const { tools } = await session.client.listTools()
    line('tools bob sees', tools.map((tool) => tool.name).join(', '))
    const refused = await session.client.callTool({ name: 'greet', arguments: {} }).then(
      () => false,
      () => true,
    )
    line('greet', refused ? 'refused: bob lacks the permission tool:greet' : 'answered')
    line('hop 2, MCP server to the API', 'none: nothing was exchanged')
    return [
      check('the token is bob’s', first['sub'] === 'auth0|bob'),
      check('bob does not see greet', !tools.some((tool) => tool.name === 'greet')),
      check('greet is refused', refused),
      check('the API was not called', seenByApi.length === 0),
    ]
  } finally {
    await session.close()
  }
}

/** What the client's own token says; the client may look into it, the demo prints claims and no token. */
function clientsToken({ provider }: HeadlessMcpClient): Claims {
  return decodeJwt(provider.tokens()?.access_token ?? '')
}

main()
  .then((allHeld) => {
    process.stdout.write(allHeld ? '\nAll as it should be.\n' : '\nNot as it should be.\n')
    process.exitCode = allHeld ? 0 : 1
  })
  .catch((error: unknown) => {
    process.stderr.write(
      `The demo failed: ${error instanceof Error ? error.message : 'unknown failure'}\n`,
    )
    process.exitCode = 1
  })
