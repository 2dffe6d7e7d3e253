import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { downstreamOf } from 'mcp-on-behalf-of'
import { z } from 'zod'
import type { LooseClient } from '../unit/downstream-api.js'
import { answerWith } from '../helpers/exchange-answers.js'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { type Handling, type SdkLine, startLibraryServer } from '../helpers/start-library-server.js'
import type { TestServer } from '../helpers/start-mcp-server.js'

const SHAPE = z.object({ items: z.array(z.object({ id: z.string() })) })

/** A mistake in a handler, and what the log says of it. */
interface Mistake {
  readonly handle: (api: LooseClient, handling: Handling) => unknown
  readonly code: string
  readonly level?: 'warn' | 'error'
  readonly fields: Readonly<Record<string, unknown>>
  readonly reads?: RegExp
}

const id = '42-of-alice'

const MISTAKES: Readonly<Record<string, Mistake>> = {
  own_authorization: {
    handle: (api) => api.fetch('/x', { headers: { Authorization: 'Bearer x' } }),
    code: 'misconfigured',
    fields: { reason: 'forbidden_header', problem: expect.stringContaining('authorization') },
  },
  absolute_url: {
    handle: (api) => api.fetch('https://api.example/x'),
    code: 'misconfigured',
    fields: { reason: 'path_outside_api', hint: expect.stringContaining('template') },
  },
  missing_param: {
    handle: (api) => api.fetch('/things/{id}'),
    code: 'misconfigured',
    fields: { reason: 'path_params', missing: 'id', names: 'id' },
  },
  no_schema: {
    handle: (api) => api.json('/x', {} as { schema: typeof SHAPE }),
    code: 'misconfigured',
    fields: { reason: 'no_schema' },
  },
  not_declared: {
    handle: (_api, { context }) => downstreamOf(context, 'somethingElse'),
    code: 'misconfigured',
    fields: { reason: 'no_downstream_access', tool: 'somethingElse' },
  },
  not_found: {
    handle: (api) => api.json('/missing/{id}', { params: { id }, query: { q: id }, schema: SHAPE }),
    code: 'downstream_failed',
    fields: { reason: 'unexpected_status', status: 404, method: 'GET', path: '/missing/{id}' },
    reads: /knows nothing by that name/,
  },
  forbidden: {
    handle: (api) => api.json('/forbidden', { schema: SHAPE }),
    code: 'downstream_forbidden',
    level: 'warn',
    fields: { reason: 'unexpected_status', status: 403, path: '/forbidden' },
  },
  other_shape: {
    handle: (api) => api.json('/shape/{id}', { params: { id }, schema: SHAPE }),
    code: 'downstream_failed',
    fields: { reason: 'unexpected_shape', paths: 'items.0.id', path: '/shape/{id}' },
    reads: /answered, but not in the shape/,
  },
  read_too_much: {
    handle: async (api) => (await api.fetch('/large')).text(),
    code: 'downstream_failed',
    fields: { reason: 'too_large', path: '/large' },
  },
  model_value: {
    handle: (api) => api.fetch('/things/{id}', { params: { id: '../' + id } }),
    code: 'invalid_argument',
    level: 'warn',
    fields: { reason: 'path_value', param: 'id' },
    reads: /id[\\"]+ cannot stand in the path/,
  },
}

const declared = (name: string) => ({
  name,
  requiredScopes: ['tool:greet'],
  downstream: { api: 'invoices', scopes: ['read:private'] },
})

describe.each<SdkLine>(['SDK v1', 'SDK v2'])('what fails in a handler of %s', (sdk) => {
  let server: TestServer

  beforeAll(async () => {
    const api = { audience: 'https://invoices.example/', baseUrl: new URL('http://localhost') }
    server = await startLibraryServer({
      sdk,
      handlers: Object.fromEntries(
        Object.entries(MISTAKES).map(([name, { handle }]) => [
          name,
          (handling: Handling) => {
            const client = downstreamOf(handling.context, name)
            return handle(client, handling)
          },
        ]),
      ),
      tools: Object.keys(MISTAKES).map(declared),
      options: {
        apis: { invoices: api },
        apiCalls: {
          maxBytes: 1_000,
          fetch: (input, init) => {
            const { pathname } = new URL(input instanceof Request ? input.url : input)
            return fetch(new URL(pathname, server.api.origin), init)
          },
        },
      },
    })
    server.api.responder = (req, res) => {
      const path = req.url ?? ''
      if (path.startsWith('/shape')) answerWith(res, { items: [{ id: 7, secret: 'FOREIGN' }] })
      else if (path === '/large') answerWith(res, { text: 'x'.repeat(2_000) })
      else answerWith(res, { error: 'FOREIGN' }, path === '/forbidden' ? 403 : 404)
    }
  })

  beforeEach(() => {
    server.log.lines.length = 0
  })

  afterAll(() => server.close())

  const callMade = async (name: string): Promise<string> => {
    const token = await server.mint()
    return (await postMcp(server.endpoint, callTool(name), { token })).text
  }

  test.each(Object.entries(MISTAKES))(
    '[A1] [A3] what fails in a handler is in the log once, with what to correct: %s',
    async (name, { code, level = 'error', fields, reads }) => {
      const answer = await callMade(name)
      const lines = server.log.named('api_call_failed')
      expect(lines).toHaveLength(1)
      expect(lines[0]).toMatchObject({ level, fields: { tool: name, code, ...fields } })
      expect(lines[0]?.fields['requestId']).toMatch(/^[\da-f-]{36}$/)
      if (name !== 'not_declared') expect(lines[0]?.fields['api']).toBe('invoices')
      expect(server.log.text()).not.toMatch(/42-of-alice|FOREIGN/)
      // What the model reads of a fault in the program says nothing of it.
      if (code === 'misconfigured') expect(answer).toMatch(/This server is not set up correctly\./)
      expect(answer).toMatch(reads ?? /isError/)
      expect(answer).not.toMatch(/authorization|schema|downstream|https:\/\/api/i)
    },
  )

  test('[A5] an exchange that fails names the API, its audience, and the option to correct', async () => {
    server.issuer.tokenResponder = (_request, res) => {
      answerWith(res, { error: 'invalid_target' }, 400)
    }
    await callMade('not_found')
    const [line] = server.log.named('exchange_failed')
    expect(line?.fields).toMatchObject({ api: 'invoices', audience: 'https://invoices.example/' })
    expect(line?.fields['hint']).toContain('apis.invoices.audience')
    expect(server.log.text()).not.toContain('AUTH0_')
    expect(server.log.named('api_call_failed')).toEqual([])
  })
})
