import type { RequestParts } from './attack.js'

/** What a client sends to an MCP endpoint, but for the credentials. */
export function mcpRequest(message: object): RequestParts {
  return {
    method: 'POST',
    headers: [
      ['Content-Type', 'application/json'],
      ['Accept', 'application/json, text/event-stream'],
    ],
    body: JSON.stringify(message),
  }
}

/** What a client sends to an API, but for the credentials. */
export const API_REQUEST: RequestParts = {
  method: 'GET',
  headers: [['Accept', 'application/json']],
}
