import { setTimeout as sleep } from 'node:timers/promises'
import { openBenchStack, type BenchStack } from './stack.js'

const greet = (id: number): object => ({
  ...{ jsonrpc: '2.0', id, method: 'tools/call' },
  params: { name: 'greet', arguments: {} },
})
const INITIALIZE = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 0, method: 'initialize' },
  params: {
    ...{ protocolVersion: '2025-11-25', capabilities: {} },
    clientInfo: { name: 'bench', version: '1' },
  },
})

/** How long a single call of another user takes while one user asks for all that the limits allow. */
export interface CallWait {
  readonly name: string
  readonly apiMs: number
  readonly aloneMs: number
  readonly besideMs: number
  readonly reachedApi: number
}

/** An API that takes one second, and 20 batches of 50 calls at once. */
export async function besideBatches(): Promise<CallWait> {
  const stack = await openBenchStack()
  return measured(stack, { name: '20 batches of 50 calls', apiMs: 1_000 }, async (token) => {
    const batch = JSON.stringify(Array.from({ length: 50 }, (_, id) => greet(id)))
    await Promise.allSettled(Array.from({ length: 20 }, () => stack.post({ token, body: batch })))
  })
}

/** An API that takes three seconds, and 200 calls in a session whose connections are dropped at once. */
export async function besideDroppedCalls(): Promise<CallWait> {
  const stack = await openBenchStack({ MCP_SESSIONS: 'on' })
  return measured(
    stack,
    { name: '200 dropped calls in a session', apiMs: 3_000 },
    async (token) => {
      const session = await openSession(stack, token)
      const headers = { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': '2025-11-25' }
      for (let id = 1; id <= 200; id += 1) {
        const body = JSON.stringify(greet(id))
        stack.post({ token, body, headers, signal: AbortSignal.timeout(8) }).catch(() => undefined)
        await sleep(10)
      }
    },
  )
}

async function measured(
  stack: BenchStack,
  { name, apiMs }: Pick<CallWait, 'name' | 'apiMs'>,
  ask: (token: string) => Promise<void>,
): Promise<CallWait> {
  try {
    stack.api.responder = (_req, res) => {
      setTimeout(() => {
        res
          .writeHead(200, { 'Content-Type': 'application/json' })
          .end(JSON.stringify({ msg: 'hi', sub: 'somebody', scopes: '' }))
      }, apiMs)
    }
    const quiet = await stack.token()
    await timed(stack, quiet)
    const aloneMs = await timed(stack, quiet)
    const greedy = await stack.token()
    const before = stack.api.requests.length
    const asking = ask(greedy)
    await sleep(500)
    const besideMs = await timed(stack, quiet)
    await asking
    return { name, apiMs, aloneMs, besideMs, reachedApi: stack.api.requests.length - before - 1 }
  } finally {
    await stack.close()
  }
}

async function timed(stack: BenchStack, token: string): Promise<number> {
  const begun = performance.now()
  await stack.post({ token, body: JSON.stringify(greet(1)) })
  return performance.now() - begun
}

async function openSession(stack: BenchStack, token: string): Promise<string> {
  const response = await fetch(stack.server.endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      Authorization: `Bearer ${token}`,
    },
    body: INITIALIZE,
  })
  await response.text()
  return response.headers.get('mcp-session-id') ?? ''
}
