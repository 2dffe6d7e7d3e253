import type { Person } from './person.js'

/** What a tool answered, as the client understood it. */
export interface ToolAnswer {
  readonly isError: boolean
  readonly structured: unknown
  readonly text: string
}

/** A client that is connected to the MCP endpoint, whatever its make. */
export interface ConnectedClient {
  listTools(): Promise<readonly string[]>
  /** Signs in again where the client asks its application to. */
  callTool(name: string, args?: Record<string, unknown>): Promise<ToolAnswer>
  close(): Promise<void>
}

export interface ConnectOptions {
  readonly endpoint: URL
  readonly person: Person
}

/** Connects a client, all the way from the first 401: discovery, registration, sign-in, tokens. */
export type Connect = (options: ConnectOptions) => Promise<ConnectedClient>
