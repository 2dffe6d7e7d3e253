import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { downstreamOf, OnBehalfOfError } from 'mcp-on-behalf-of'
import { callTool } from '../helpers/mcp-requests.js'
import { type SdkLine, startLibraryServer } from '../helpers/start-library-server.js'
import type { TestServer } from '../helpers/start-mcp-server.js'
import { holdCalls, startCall } from '../helpers/wire.js'
import { deferred, type Deferred } from '../unit/outcomes.js'

const TOOLS = ['of_the_context', 'of_my_own'].map((name) => ({
  name,
  requiredScopes: ['tool:greet'],
  downstream: { api: 'api', scopes: ['read:private'] },
}))

describe.each<SdkLine>(['SDK v1', 'SDK v2'])('a handler of %s whose client goes away', (sdk) => {
  let server: TestServer
  let outcome: Deferred<unknown>
  let left: Deferred<void>

  beforeAll(async () => {
    const never = new AbortController().signal
    server = await startLibraryServer({
      sdk,
      handlers: {
        of_the_context: ({ context }) => told(downstreamOf(context, 'of_the_context').fetch('/x')),
        of_my_own: ({ context }) => {
          const signal = 'mcpReq' in context ? context.mcpReq.signal : context.signal
          signal.addEventListener('abort', () => {
            left.resolve()
          })
          return told(downstreamOf(context, 'of_my_own', { signal: never }).fetch('/x'))
        },
      },
      tools: TOOLS,
    })
  })

  afterAll(() => server.close())

  const told = (call: Promise<Response>): Promise<void> =>
    call.then(
      ({ status }) => {
        outcome.resolve(status)
      },
      (error: unknown) => {
        outcome.resolve(error instanceof OnBehalfOfError ? error.code : error)
      },
    )

  const leaveDuring = async (tool: string) => {
    outcome = deferred<unknown>()
    left = deferred()
    const nextAtApi = holdCalls(server.api)
    const call = { message: callTool(tool), token: await server.mint() }
    const started = startCall(server.endpoint, call)
    const atApi = await nextAtApi()
    started.destroy()
    return atApi
  }

  test('its call of the API ends, though it passed no signal', async () => {
    const atApi = await leaveDuring('of_the_context')
    await atApi.brokenOff
    expect(await outcome.promise).toBe('cancelled')
  })

  test('its call of the API goes on where it passed a signal of its own', async () => {
    const atApi = await leaveDuring('of_my_own')
    await left.promise
    atApi.answer()
    expect(await outcome.promise).toBe(200)
  })
})
