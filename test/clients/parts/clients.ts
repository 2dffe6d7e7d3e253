import { installedVersion, TOOLBOX } from './toolbox.js'

/** The clients of the suite, by the name that their results have. */
export const CLIENTS = {
  'MCP SDK v2': () => installedVersion('@modelcontextprotocol/client'),
  'MCP SDK v2 in a web page': () => installedVersion('@modelcontextprotocol/client'),
  'MCP SDK v1': () => installedVersion('@modelcontextprotocol/sdk'),
  'mcp-remote': () => installedVersion('mcp-remote', TOOLBOX),
  'MCP Inspector, command line': () => installedVersion('@modelcontextprotocol/inspector', TOOLBOX),
  'MCP Inspector, web page': () => installedVersion('@modelcontextprotocol/inspector', TOOLBOX),
  'AI SDK': () => installedVersion('@ai-sdk/mcp', TOOLBOX),
} as const

export type ClientName = keyof typeof CLIENTS
