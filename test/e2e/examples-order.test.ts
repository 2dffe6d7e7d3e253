import type { Express, RequestHandler, Router } from 'express'
import { describe, expect, test } from 'vitest'
import { createPartByPartApp } from '../../examples/part-by-part.js'
import {
  createIssuer,
  createJwtBearerVerifier,
  createRfc8693Exchanger,
  createToolAccess,
  createToolRegistry,
  Secret,
} from '../../src/index.js'
import { HTTP_DEFAULTS } from '../../src/limits/http-limits.js'
import { silentLog } from '../../src/logging/logger.js'
import { createMiddlewareChain } from '../../src/on-behalf-of/middleware-chain.js'

const endpoint = new URL('http://localhost:3001/mcp')
const issuer = 'http://localhost:9000/'
const client = { id: 'mcp-server', secret: new Secret('not-a-secret') }
const api = { audience: 'http://localhost:8787/', baseUrl: new URL('http://localhost:8787') }

const METADATA = 'protected-resource metadata'
type Stack = Router['stack']

/** The names of the functions in front of the metadata and of the endpoint, in their order. */
interface Order {
  readonly [METADATA]: readonly string[]
  readonly front: readonly string[]
  readonly endpoint: readonly string[]
}

/** The order of `onBehalfOf`, as the one place that knows it makes it. */
function orderOfChain(): Order {
  const issuers = [createIssuer({ issuer })]
  const registry = createToolRegistry([])
  const access = createToolAccess(registry)
  const current = { registry, access, facts: () => undefined, baselineScopes: [] }
  const chain = createMiddlewareChain({
    ...{ endpoint, http: HTTP_DEFAULTS, log: silentLog },
    resource: { resource: endpoint.href, authorizationServers: [issuer] },
    verifier: createJwtBearerVerifier({ issuers, audience: endpoint.href }),
    toolSets: { current, canChange: false },
    exchange: {
      apis: { api },
      exchanger: createRfc8693Exchanger({
        metadata: () => Promise.reject(new Error('nothing is exchanged')),
        clientId: client.id,
        clientAuthentication: { secret: client.secret },
      }),
    },
  })
  return {
    [METADATA]: inOneRoute(chain.metadata, 'knownHostsMiddleware'),
    front: names([...chain.context, ...chain.guard], 'hostAndOriginValidationMiddleware'),
    endpoint: names([...chain.endpoint, chain.errors]),
  }
}

/** The order of an app: what is mounted in front of the first route, on it, and behind it. */
function orderOfApp(app: Express): Order {
  const stack = (app as unknown as { router: Router }).router.stack
  const at = stack.findIndex(({ route }) => route !== undefined)
  const metadata = stack.findIndex(({ handle }) => hasRoutes(handle))
  const onRoute = stack[at]?.route?.stack.map(({ handle }) => handle) ?? []
  const around = (layers: Stack) => layers.map(({ handle }) => handle)
  return {
    [METADATA]: inOneRoute(stack[metadata]?.handle),
    front: names(around([...stack.slice(0, metadata), ...stack.slice(metadata + 1, at)])),
    endpoint: names([...onRoute, ...around(stack.slice(at + 1))]),
  }
}

function hasRoutes(handle: object): boolean {
  return 'stack' in handle && (handle.stack as Stack).some(({ route }) => route !== undefined)
}

function inOneRoute(router: RequestHandler | undefined, refusalsOf?: string): readonly string[] {
  const [layer] = (router as unknown as Router).stack
  return names(layer?.route?.stack.map(({ handle }) => handle) ?? [], refusalsOf)
}

/** `limitedRefusals` is the check `refusalsOf`, and lets its refusals count for the limit by address as well. */
function names(handlers: readonly { readonly name: string }[], refusalsOf?: string): string[] {
  return handlers.map(({ name }) =>
    name === 'limitedRefusals' && refusalsOf !== undefined ? refusalsOf : name,
  )
}

describe('examples/part-by-part.ts', () => {
  test('[A. one list of the order] examples/part-by-part.ts mounts what onBehalfOf mounts, in the same order, and the MCP endpoint behind it', () => {
    const expected = orderOfChain()
    const { endpoint: ofEndpoint, ...found } = orderOfApp(
      createPartByPartApp({ endpoint, issuer, client, api, log: silentLog }),
    )
    expect({
      ...found,
      endpoint: ofEndpoint.filter((name) => name !== 'mcpHandler'),
    }).toEqual(expected)
    expect(ofEndpoint.indexOf('mcpHandler')).toBe(ofEndpoint.length - 2)
    expect(expected.endpoint).toContain('tokenExchangeMiddleware')
    expect([...expected.front, ...expected.endpoint]).not.toContain('')
  })
})
