import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startDocumentServer, type ApiRequest, type DocumentServer } from './document-server.js'
import { oauth2Components } from './oauth2-components.js'

/** Ten operations with four sets of scopes; one set has two scopes. */
const SETS = [['read'], ['write'], ['read', 'write'], ['admin']] as const
const OPERATIONS = Array.from({ length: 10 }, (_, index) => ({
  name: `operation_${index}`,
  scopes: SETS[index % SETS.length] ?? [],
}))
const USERS = ['alice', 'bob'] as const
const CALLS = 500
/** Calls under way at a time. */
const AT_ONCE = 10

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Mixed', version: '1' },
  paths: Object.fromEntries(
    OPERATIONS.map(({ name, scopes }) => [
      `/${name}/{id}`,
      {
        get: {
          operationId: name,
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
          security: [{ OAuth2: scopes }],
          responses: { 200: { description: 'Fine' } },
        },
      },
    ]),
  ),
  components: oauth2Components({ read: 'Read', write: 'Write', admin: 'All' }),
}

interface Mixed {
  readonly user: (typeof USERS)[number]
  readonly operation: (typeof OPERATIONS)[number]
}

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mixed-'))
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

test('[openapi 12] every API request of two users in 500 mixed calls of a document carries the right user, the audience and exactly the scopes of its operation', async () => {
  const path = join(directory, 'openapi.json')
  writeFileSync(path, JSON.stringify(DOCUMENT))
  const scopes = ['read', 'write', 'admin']
  const server = await startDocumentServer({
    environment: { OPENAPI_DOCUMENT: path },
    scopes: { server: scopes, api: scopes },
  })
  const tokens = new Map<string, string>()
  for (const user of USERS) tokens.set(user, await server.tokenFor(user, scopes.join(' ')))
  const mixes = fc.array(
    fc.record({ user: fc.constantFrom(...USERS), operation: fc.constantFrom(...OPERATIONS) }),
    { minLength: CALLS, maxLength: CALLS },
  )
  const property = fc.asyncProperty(mixes, (mixed) => assertEachIsItsOwn(mixed, server, tokens))
  // One run: what matters is the mix of many calls. A failure tells its seed.
  await fc.assert(property, { numRuns: 1, endOnFailure: true })
})

async function assertEachIsItsOwn(
  mixed: readonly Mixed[],
  server: DocumentServer,
  tokens: ReadonlyMap<string, string>,
): Promise<void> {
  // Each call is told by its path, so that what arrives can be held against what was asked.
  const expected = mixed.map(({ user, operation }, index): ApiRequest => ({
    method: 'GET',
    target: `/${operation.name}/${user}-${index}`,
    subject: `auth0|${user}`,
    audience: server.apiAudience,
    scopes: [...operation.scopes].sort(),
  }))
  const calls = mixed.map(({ user, operation }, index) => async () => {
    const call = callTool(operation.name, { id: `${user}-${index}` })
    const { status } = await postMcp(server.endpoint, call, { token: tokens.get(user) })
    expect(status).toBe(200)
  })
  const queue = calls.values()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const call of queue) await call()
    }),
  )
  const byTarget = (one: ApiRequest, other: ApiRequest): number =>
    one.target < other.target ? -1 : 1
  expect([...server.apiRequests].sort(byTarget)).toEqual([...expected].sort(byTarget))
  // One exchange for each user and set of scopes.
  const sets = new Set(mixed.map(({ user, operation }) => `${user} ${operation.scopes.join(' ')}`))
  expect(server.exchanges()).toHaveLength(sets.size)
}
