import type { AuthInfo } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import {
  attachDownstreamAccess,
  downstreamOf,
  openDownstreamAccess,
} from '../../../src/downstream/downstream-access.js'
import type { DownstreamClient } from '../../../src/downstream/downstream-client.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import type { HandlerContext } from '../../../src/identity/handler-context.js'
import { compileErrors } from '../../helpers/compile-errors.js'
import { failureThrownBy } from '../outcomes.js'

const CLIENT = {} as DownstreamClient

function setUp() {
  const authInfo: AuthInfo = { token: 'redacted', clientId: 'client', scopes: [] }
  const { signal } = new AbortController()
  const opened: AbortSignal[] = []
  const reported: string[] = []
  openDownstreamAccess(authInfo, {
    calls: [{ name: 'greet', downstream: {} }],
    report: (tool) => reported.push(tool),
  })
  attachDownstreamAccess(authInfo, 'greet', {
    open: (wanted) => {
      opened.push(wanted)
      return CLIENT
    },
  })
  const v2: HandlerContext = { http: { authInfo }, mcpReq: { signal } }
  const v1: HandlerContext = { authInfo, signal, requestId: 1 }
  return { authInfo, signal, opened, reported, contexts: { 'SDK v2': v2, 'SDK v1': v1 } }
}

const SDKS = ['SDK v2', 'SDK v1'] as const

/** What a program in JavaScript may pass. */
function refusalOf(context: unknown): { problem: unknown; hint: unknown } {
  const failure = failureThrownBy(() => downstreamOf(context as HandlerContext, 'greet'))
  expect([failure.code, failure.details.reason]).toEqual(['misconfigured', 'no_downstream_access'])
  return { problem: failure.details.log?.['problem'], hint: failure.details.log?.['hint'] }
}

describe('downstreamOf', () => {
  test.each(SDKS)('the context of %s gives the API of the tool, with its own signal', (sdk) => {
    const { contexts, opened, signal } = setUp()
    expect(downstreamOf(contexts[sdk], 'greet')).toBe(CLIENT)
    expect(downstreamOf(contexts[sdk], 'greet', { signal: undefined })).toBe(CLIENT)
    expect(opened).toEqual([signal, signal])
    expect(opened[0]).toBe(signal)
  })

  test.each(SDKS)('a signal as the third argument replaces that of the context of %s', (sdk) => {
    const { contexts, opened } = setUp()
    const { signal } = new AbortController()
    downstreamOf(contexts[sdk], 'greet', { signal })
    expect(opened[0]).toBe(signal)
  })

  test('the failure of the exchange is thrown in place of the API', () => {
    const { authInfo, contexts } = setUp()
    const failure = new OnBehalfOfError('consent_required')
    attachDownstreamAccess(authInfo, 'greet', { failure })
    expect(failureThrownBy(() => downstreamOf(contexts['SDK v2'], 'greet'))).toBe(failure)
  })

  test('a context without auth is refused, and the error says what to mount', () => {
    const { signal } = new AbortController()
    for (const context of [
      { mcpReq: { signal } },
      { http: {}, mcpReq: { signal } },
      { signal, requestId: 1 },
    ]) {
      expect(refusalOf(context)).toEqual({
        problem: 'the context has no authInfo: the request was not verified',
        hint: 'mount protect in front of the endpoint, and hand authenticatedRequest(req) to the SDK',
      })
    }
  })

  test('anything else than a context is refused, and the error says what to pass', () => {
    const { authInfo } = setUp()
    for (const other of [undefined, null, authInfo, { authInfo }, { http: { authInfo } }, 'x']) {
      expect(refusalOf(other)).toEqual({
        problem: "downstreamOf() was not given the SDK's context",
        hint: 'pass the context that the SDK hands to the handler (SDK v1: extra) as it is',
      })
    }
  })

  test('a tool that does not run is refused, and reported to the log of the request', () => {
    const { contexts, reported } = setUp()
    const failure = failureThrownBy(() => downstreamOf(contexts['SDK v2'], 'other'))
    expect(failure.details.log?.['problem']).toContain(
      'asked for the tool "other", and "greet" runs',
    )
    expect(reported).toEqual(['other'])
  })
})

describe('the types of downstreamOf', () => {
  const errors = (call: string): readonly string[] =>
    compileErrors(`
      import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
      import { McpServer } from '@modelcontextprotocol/server'
      import { z } from 'zod'
      import { downstreamOf } from '../src/downstream/downstream-access.js'
      const text = { content: [{ type: 'text' as const, text: '' }] }
      export const v2 = new McpServer({ name: 'v2', version: '1.0.0' })
      v2.registerTool('a', { inputSchema: z.object({}) }, (_input, context) => (${call}, text))
      v2.registerTool('b', {}, (context) => (${call}, text))
      const v1 = new McpServerV1({ name: 'v1', version: '1.0.0' })
      v1.registerTool('a', { inputSchema: {} }, (_input, extra) =>
        (${call.replaceAll('context', 'extra').replaceAll('http?.', '').replaceAll('mcpReq.', '')}, text),
      )
    `).map((message) => message.split('\n')[0] ?? '')

  test('the context of a handler of SDK v2, and the extra of SDK v1, compile', () => {
    expect(errors("downstreamOf(context, 'greet')")).toEqual([])
    expect(errors("downstreamOf(context, 'greet', { signal: context.mcpReq.signal })")).toEqual([])
  })

  test.each(['context.http?.authInfo', 'context.http', 'context.mcpReq', 'undefined'])(
    'a part of the context does not compile: %s',
    (part) => {
      const call = `downstreamOf(${part} as typeof ${part}, 'greet')`
      expect(errors(part === 'undefined' ? "downstreamOf(undefined, 'greet')" : call)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^TS2345: Argument of type/)]),
      )
    },
  )

  test('a call without the name of the tool does not compile', () => {
    expect(errors('downstreamOf(context)')[0]).toMatch(/^TS2554: Expected 2-3 arguments/)
  })
})
