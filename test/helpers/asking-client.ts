import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { onTestFinished } from 'vitest'

/** What a user does with a question. */
export type Action = 'accept' | 'decline' | 'cancel'

export interface AskingClientOptions {
  readonly token: string
  /** `legacy`: a 2025 client. `auto`: one of 2026-07-28, where the server speaks that. */
  readonly mode: 'legacy' | 'auto'
  /** Absent: the client cannot ask. */
  readonly answer?: ((question: string) => Action | Promise<Action>) | undefined
}

/** A client of the official SDK, whose user answers the questions of servers. */
export async function askingClient(
  endpoint: URL,
  { token, mode, answer }: AskingClientOptions,
): Promise<Client> {
  const capabilities = answer === undefined ? {} : { elicitation: { form: {} } }
  const info = { name: 'asking', version: '1.0.0' }
  const client = new Client(info, { capabilities, versionNegotiation: { mode } })
  if (answer !== undefined) {
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      const action = await answer(params.message)
      return action === 'accept' ? { action, content: {} } : { action }
    })
  }
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(endpoint, { requestInit }))
  onTestFinished(() => client.close())
  return client
}

/** What the model reads of an answer. */
export function textOf(result: Awaited<ReturnType<Client['callTool']>>): string {
  return result.content.map((block) => (block.type === 'text' ? block.text : '')).join('\n')
}
