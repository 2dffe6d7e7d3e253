import { setTimeout as pause } from 'node:timers/promises'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { SUBJECT_PREFIX, type SeenCall } from './tool-call.js'

const PAUSE_MS = 30

/** Clients of the official SDK, each with a user of its own, which call a tool again and again. */
export class SdkClients {
  readonly seen: SeenCall[] = []
  readonly #loops: Promise<void>[] = []
  #stopping = false

  constructor(
    origin: string,
    { count, tokenOf }: { count: number; tokenOf: (subject: string) => Promise<string> },
  ) {
    for (let at = 1; at <= count; at += 1) {
      const subject = `${SUBJECT_PREFIX}sdk-${at}`
      this.#loops.push(this.#loop(new URL('/mcp', origin), subject, tokenOf(subject)))
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#loops)
  }

  async #loop(endpoint: URL, subject: string, signedIn: Promise<string>): Promise<void> {
    let requestId: string | undefined
    const transport = new StreamableHTTPClientTransport(endpoint, {
      requestInit: { headers: { authorization: `Bearer ${await signedIn}` } },
      fetch: async (url, init) => {
        const answer = await fetch(url, init)
        requestId = answer.headers.get('x-request-id') ?? undefined
        return answer
      },
    })
    const client = new Client({ name: 'faults', version: '1.0.0' })
    await client.connect(transport)
    while (!this.#stopping) {
      requestId = undefined
      const beganMs = performance.now()
      const outcome = await called(client, subject)
      const endedMs = performance.now()
      this.seen.push({ subject, requestId, status: undefined, beganMs, endedMs, ...outcome })
      await pause(PAUSE_MS)
    }
    await client.close()
  }
}

async function called(
  client: Client,
  subject: string,
): Promise<Pick<SeenCall, 'verdict' | 'wrong'>> {
  try {
    const { isError, structuredContent } = await client.callTool({ name: 'greet', arguments: {} })
    if (isError === true) return { verdict: 'tool_error', wrong: undefined }
    const { sub } = structuredContent as { readonly sub?: unknown }
    return { verdict: 'ok', wrong: sub === subject ? undefined : `${subject} got ${String(sub)}` }
  } catch {
    return { verdict: 'gone', wrong: undefined }
  }
}
