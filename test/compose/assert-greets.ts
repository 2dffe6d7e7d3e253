import { z } from 'zod'
import type { HeadlessMcpClient } from '../../apps/development/headless-mcp-client.js'

/** What the API saw: the user, and who acts for the user. */
const ANSWER = z.object({
  api: z.object({ sub: z.literal('auth0|alice'), actor: z.literal('mcp-server') }),
})

/** Asserts that `greet` answers with what the API said to alice, and to this server as the actor. */
export async function assertGreets({ client }: HeadlessMcpClient): Promise<void> {
  const answer = await client.callTool({ name: 'greet', arguments: { name: 'Alice' } })
  ANSWER.parse(answer.structuredContent)
}
