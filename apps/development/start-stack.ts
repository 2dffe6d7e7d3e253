import {
  DEFAULT_IDENTIFIERS,
  loadDirectory,
  parseDirectory,
  type Directory,
} from '../authorization-server/directory.js'
import { API_DOCUMENT_FILE } from '../downstream-api/document.js'
import { startDirectory, type StartDirectoryOptions } from './start-directory.js'

export interface StackOptions extends Omit<StartDirectoryOptions, 'directory' | 'apiDocument'> {
  /** How long access tokens for the MCP server live. Default: what the directory says, a day. */
  readonly accessTokenSeconds?: number | undefined
}

/** The development set-up of the directory that comes with the project. */
export interface DevelopmentStack {
  readonly issuer: string
  readonly endpoint: URL
  /** The MCP server's page for people, unless it is switched off. */
  readonly homePage: URL | undefined
  readonly apiUrl: URL
  readonly apiAudience: string
  close(): Promise<void>
}

/**
 * Starts the development authorization server, the protected API and the MCP server in this process, on
 * loopback, wired to each other. The MCP server has the demonstration tools, and a tool for each operation of the API's
 * OpenAPI document.
 *
 * Either all three run when it resolves, or none does when it rejects.
 */
export async function startStack(options: StackOptions): Promise<DevelopmentStack> {
  const running = await startDirectory({
    ...options,
    directory: directoryFor(options),
    apiDocument: API_DOCUMENT_FILE,
  })
  const { issuer, mcpServer } = running
  const [apiAudience] = running.apis
  if (typeof mcpServer === 'string' || apiAudience === undefined) {
    throw new Error('the directory that comes with the project is not complete')
  }
  return {
    issuer,
    endpoint: mcpServer.endpoint,
    homePage: mcpServer.page,
    apiUrl: new URL(apiAudience),
    apiAudience,
    close: () => running.close(),
  }
}

function directoryFor({ accessTokenSeconds }: StackOptions): Directory {
  const directory = loadDirectory()
  if (accessTokenSeconds === undefined) return directory
  return parseDirectory({
    ...directory,
    resource_servers: directory.resource_servers.map((api) =>
      api.identifier === DEFAULT_IDENTIFIERS.mcp
        ? { ...api, token_lifetime: accessTokenSeconds }
        : api,
    ),
  })
}
