import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { oauth2Components } from '../../integration/openapi/oauth2-components.js'
import { closeWithTest } from '../../helpers/close-with-test.js'
import { callTool, postMcp, rpc, rpcAnswer } from '../../helpers/mcp-requests.js'
import {
  startMcpServer,
  type McpServerOptions,
  type TestServer,
} from '../../helpers/start-mcp-server.js'

/** What an operation needs, by `GET /path operationId`. */
export type Operations = Readonly<Record<string, readonly string[]>>

export const TRIPS: Operations = {
  'get /trips list_trips': ['read'],
  'post /trips create_trip': ['write'],
}

const SCOPES = ['read', 'write', 'admin', 'other']

/** An OpenAPI document of these operations. */
export function documentOf(operations: Operations): string {
  const paths: Record<string, Record<string, object>> = {}
  for (const [operation, scopes] of Object.entries(operations)) {
    const [method = '', path = '', operationId] = operation.split(' ')
    paths[path] = {
      ...paths[path],
      [method]: {
        operationId,
        security: [{ OAuth2: scopes }],
        responses: { 200: { description: 'Fine' } },
      },
    }
  }
  const components = oauth2Components(Object.fromEntries(SCOPES.map((scope) => [scope, 'A scope'])))
  const info = { title: 'Trips', version: '1' }
  return JSON.stringify({ openapi: '3.1.0', info, paths, components })
}

export interface ReloadServer extends TestServer {
  readonly directory: string
  /** The path of the document. */
  readonly document: string
  /** Writes the document. */
  readonly put: (operations: Operations | string) => void
  /** Calls a tool. */
  readonly call: (
    name: string,
    scope: string,
    args?: object,
  ) => Promise<{ readonly status: number; readonly text: string }>
  readonly toolNames: (scope: string) => Promise<readonly string[]>
}

/** A directory that is gone when the test is over. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'reload-'))
  closeWithTest(() => {
    rmSync(directory, { recursive: true, force: true })
    return Promise.resolve()
  })
  return directory
}

/** Starts the standalone server with a document that a test writes. */
export async function startReloadServer(
  operations: Operations | string = TRIPS,
  { environment, ...options }: McpServerOptions = {},
): Promise<ReloadServer> {
  const directory = temporaryDirectory()
  const document = join(directory, 'openapi.json')
  const put = (content: Operations | string): void => {
    writeFileSync(document, typeof content === 'string' ? content : documentOf(content))
  }
  put(operations)
  const server = await startMcpServer({
    ...options,
    environment: { OPENAPI_DOCUMENT: document, ...environment },
  })
  return {
    ...{ ...server, directory, document, put },
    call: async (name, scope, args = {}) => {
      const token = await server.mint({ scope })
      return postMcp(server.endpoint, callTool(name, args), { token })
    },
    toolNames: async (scope) => {
      const token = await server.mint({ scope })
      const answer = rpcAnswer(await postMcp(server.endpoint, rpc('tools/list'), { token }))
      const { tools } = answer['result'] as { readonly tools: readonly { readonly name: string }[] }
      return tools.map(({ name }) => name)
    },
  }
}
