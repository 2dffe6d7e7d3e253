import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../../src/config/config.js'
import { oauth2Components } from '../integration/openapi/oauth2-components.js'
import { closeWithTest } from './close-with-test.js'
import { postMcp, rpc, type TestResponse } from './mcp-requests.js'
import { startMcpServer, type McpServerOptions, type TestServer } from './start-mcp-server.js'

/** The operations of the document, and what they need: each set of scopes is one of several ways. */
export const OPERATIONS = {
  list_reports: [[]],
  get_report: [['read']],
  find_report: [['read'], ['admin']],
  create_report: [['write']],
  delete_report: [['write', 'admin']],
} as const satisfies Readonly<Record<string, readonly (readonly string[])[]>>

export type OperationName = keyof typeof OPERATIONS

export const SCOPES = ['read', 'write', 'admin'] as const

/** Good arguments. */
export const ARGUMENTS: Readonly<Record<OperationName, object>> = {
  list_reports: {},
  get_report: { id: 'r1' },
  find_report: { id: 'r1' },
  create_report: { body: { title: 'Yearly' } },
  delete_report: { id: 'r1' },
}

const METHODS: Readonly<Record<string, string>> = {
  create_report: 'post',
  delete_report: 'delete',
}

const ID = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]
const BODY = {
  required: true,
  content: {
    'application/json': {
      schema: { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] },
    },
  },
}

/** An OpenAPI document of these operations. */
export const REPORTS = {
  openapi: '3.1.0',
  info: { title: 'Reports', version: '1' },
  paths: Object.fromEntries(
    Object.entries(OPERATIONS).map(([operationId, ways]) => {
      const args = ARGUMENTS[operationId as OperationName]
      return [
        `/${operationId}${'id' in args ? '/{id}' : ''}`,
        {
          [METHODS[operationId] ?? 'get']: {
            operationId,
            summary: `Does ${operationId.replace('_', ' ')}`,
            tags: ['reports'],
            security: ways.map((scopes) => (scopes.length === 0 ? {} : { OAuth2: scopes })),
            ...('id' in args ? { parameters: ID } : {}),
            ...('body' in args ? { requestBody: BODY } : {}),
            responses: { 200: { description: 'Fine' } },
          },
        },
      ]
    }),
  ),
  components: oauth2Components(Object.fromEntries(SCOPES.map((scope) => [scope, 'A scope']))),
}

/** Starts the standalone server with a document whose operations are found by search. */
export async function startSearchServer(
  { environment, ...options }: McpServerOptions = {},
  document: object = REPORTS,
): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'search-'))
  closeWithTest(() => {
    rmSync(directory, { recursive: true })
    return Promise.resolve()
  })
  const path = join(directory, 'openapi.json')
  writeFileSync(path, JSON.stringify(document))
  const settings: Environment = { OPENAPI_DOCUMENT: path, OPENAPI_EXPOSE: 'search' }
  return startMcpServer({ ...options, environment: { ...settings, ...environment } })
}

export const ERAS = ['2025-11-25', '2026-07-28'] as const
export type Era = (typeof ERAS)[number]

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** Posts one call of a tool as a client of either era does. */
export function postCall(
  { endpoint }: Pick<TestServer, 'endpoint'>,
  call: {
    readonly token: string
    readonly era: Era
    readonly name: string
    readonly args: unknown
  },
): Promise<TestResponse> {
  const { token, era, name, args } = call
  const params = { name, arguments: args }
  if (era === '2025-11-25') return postMcp(endpoint, rpc('tools/call', params), { token })
  const headers = {
    'MCP-Protocol-Version': era,
    'Mcp-Method': 'tools/call',
    'Mcp-Name': name,
  }
  return postMcp(endpoint, rpc('tools/call', { ...params, _meta: META }), { token, headers })
}

/** What a call of an operation through `call_operation` has as its arguments. */
export function through(name: unknown, args?: unknown): object {
  return args === undefined ? { name } : { name, arguments: args }
}
