import type { ServerResponse } from 'node:http'

/** Answers with JSON. `undefined` is an answer without a body. */
export function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}
