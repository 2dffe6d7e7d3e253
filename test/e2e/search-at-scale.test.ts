import { expect, test } from 'vitest'
import { oauth2Components } from '../integration/openapi/oauth2-components.js'
import { callTool, postMcp, rpc, rpcAnswer } from '../helpers/mcp-requests.js'
import { startSearchServer, through } from '../helpers/search-server.js'

const RESOURCES = ['invoice', 'refund', 'order', 'shipment', 'customer', 'contract', 'device']
const PARENTS = ['account', 'project', 'region', 'team', 'store', 'tenant', 'branch', 'site']
/** As management APIs have them: a collection, its members, and what is done to one. */
const KINDS = ['list', 'create', 'get', 'replace', 'delete', 'archive', 'restore'] as const

const ID = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } })

/** An API of a large product: seven operations on each resource of each parent, with three versions of them. */
function documentAtScale(): { readonly document: object; readonly operations: number } {
  const paths: Record<string, Record<string, object>> = {}
  let operations = 0
  for (const version of ['v1', 'v2', 'v3']) {
    for (const parent of PARENTS) {
      for (const resource of RESOURCES) {
        for (const kind of KINDS) {
          const at = `/${version}/${parent}s/{${parent}Id}/${resource}s`
          const isWhole = kind === 'list' || kind === 'create'
          const action = kind === 'archive' || kind === 'restore' ? `/${kind}` : ''
          const path = isWhole ? at : `${at}/{${resource}Id}${action}`
          paths[path] = {
            ...paths[path],
            [METHODS[kind]]: operationOf({ version, parent, resource, kind }, isWhole),
          }
          operations += 1
        }
      }
    }
  }
  const scopes = RESOURCES.flatMap((one) => [`${one}:read`, `${one}:write`])
  return {
    operations,
    document: {
      ...{ openapi: '3.1.0', info: { title: 'Commerce', version: '3' }, paths },
      components: oauth2Components(Object.fromEntries(scopes.map((scope) => [scope, 'A scope']))),
    },
  }
}

const METHODS = {
  ...{ list: 'get', create: 'post', get: 'get', replace: 'put', delete: 'delete' },
  ...{ archive: 'post', restore: 'post' },
} as const

function operationOf(
  of: {
    readonly version: string
    readonly parent: string
    readonly resource: string
    readonly kind: keyof typeof METHODS
  },
  isWhole: boolean,
): object {
  const { version, parent, resource, kind } = of
  const title = (word: string) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`
  return {
    operationId: `${kind}${title(parent)}${title(resource)}${title(version)}`,
    summary: `${title(kind)} ${resource}s of one ${parent}`,
    description: `Works on the ${resource}s that belong to a ${parent}, with all of their members and notes.`,
    tags: [`${resource}s`],
    security: [{ OAuth2: [`${resource}:${METHODS[kind] === 'get' ? 'read' : 'write'}`] }],
    parameters: [ID(`${parent}Id`), ...(isWhole ? [] : [ID(`${resource}Id`)])],
    responses: { 200: { description: 'Fine' } },
  }
}

test('a document of over 1,000 operations is listed in under 4,000 tokens, an operation is found by words, and a step-up names its scopes', async () => {
  const { document, operations } = documentAtScale()
  expect(operations).toBeGreaterThan(1_000)
  const server = await startSearchServer({}, document)
  const token = await server.mint({ scope: 'refund:read' })
  const list = await postMcp(server.endpoint, rpc('tools/list'), { token })
  expect(rpcAnswer(list)['result']).toMatchObject({ tools: { length: 3 } })
  // A token of a model is about four characters.
  expect(list.text.length / 4).toBeLessThan(4_000)
  const query = 'POST /v2/projects/{projectId}/refunds/{refundId}/archive'
  const found = await postMcp(server.endpoint, callTool('find_operations', { query }), { token })
  const { structuredContent } = rpcAnswer(found)['result'] as {
    readonly structuredContent: { readonly operations: readonly { readonly name: string }[] }
  }
  const name = structuredContent.operations[0]?.name ?? ''
  expect(name).toBe('archiveProjectRefundV2')
  const args = { projectId: 'p1', refundId: 'r1' }
  const call = callTool('call_operation', through(name, args))
  const refused = await postMcp(server.endpoint, call, { token })
  expect(refused.status).toBe(403)
  expect(refused.headers['www-authenticate']).toContain(
    'error="insufficient_scope", error_description="This tool needs the scope refund:write.", scope="refund:write refund:read"',
  )
})
