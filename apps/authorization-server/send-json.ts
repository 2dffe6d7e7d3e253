import type { ServerResponse } from 'node:http'

/** Sends an error of the token endpoint as JSON that nobody keeps and that browsers may read. */
export function sendJson(
  response: ServerResponse,
  status: number,
  content: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
    connection: 'close',
  })
  response.end(JSON.stringify(content))
}
