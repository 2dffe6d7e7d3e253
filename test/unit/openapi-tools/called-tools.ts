import type { RequestListener } from 'node:http'
import type { ToolsFromOpenApiOptions } from '../../../src/openapi-tools/options.js'
import { toolsFromOpenApi } from '../../../src/openapi-tools/tools-from-openapi.js'
import type { Caller } from '../../../src/identity/caller.js'
import type { ContentTool, ToolContent } from '../../../src/tools/tool.js'
import { json } from '../answer-json.js'
import { setUpApi } from '../downstream-api.js'

type Json = Readonly<Record<string, unknown>>

/** A document with one operation, `GET /things` unless told otherwise, that needs the scope `read`. */
export function documentOf(operation: Json = {}, { path = '/things', method = 'get' } = {}): Json {
  return documentWith({ [path]: { [method]: { operationId: 'call_it', ...operation } } })
}

/** A document with these paths. */
export function documentWith(paths: Json, more: Json = {}): Json {
  return {
    openapi: '3.1.0',
    info: { title: 'Things', version: '1' },
    security: [{ oauth: ['read'] }],
    components: {
      securitySchemes: {
        oauth: {
          type: 'oauth2',
          flows: { clientCredentials: { tokenUrl: 'https://as.example/token', scopes: {} } },
        },
      },
    },
    paths,
    ...more,
  }
}

export function toolsOf(document: object | string, options: Partial<ToolsFromOpenApiOptions> = {}) {
  return toolsFromOpenApi(document, { api: 'api', maxTools: 10_000, ...options })
}

/** The only tool of a document. */
export function onlyTool(
  document: object | string,
  options: Partial<ToolsFromOpenApiOptions> = {},
): ContentTool {
  const { tools, excluded } = toolsOf(document, options)
  const [tool] = tools
  if (tool === undefined) throw new Error(`no tool: ${JSON.stringify(excluded)}`)
  return tool
}

/** An API over real HTTP, and a function that calls a tool there as a server does: arguments are checked first. */
export async function setUpCalls(answer: RequestListener = json({ ok: true })) {
  const { server, client, seen } = await setUpApi(answer)
  const call = async (tool: ContentTool, args: Json = {}): Promise<ToolContent> => {
    const input = await tool.inputSchema['~standard'].validate(args)
    if (input.issues !== undefined) throw new Error(issuesText(input.issues))
    const context = {
      caller: {} as Caller,
      signal: new AbortController().signal,
      downstream: client,
    }
    return tool.handler(input.value, context)
  }
  return { server, seen, call }
}

/** What is wrong with arguments, as tool errors say it. */
export function issuesText(
  issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[],
): string {
  return issues.map(({ path = [], message }) => `${path.join('.')}: ${message}`).join(', ')
}

/** The texts of an answer. */
export function textsOf({ content }: ToolContent): readonly string[] {
  return content.map((block) => (block.type === 'text' ? block.text : block.type))
}

/** The name of the first argument of a tool; empty where it has none. */
export function firstArgumentOf({ inputSchema }: ContentTool): string {
  const { properties } = inputSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  const [name = ''] = Object.keys(properties as object)
  return name
}
