import { pathOf, sendJson, type Route } from './world.js'

/** An MCP server that lets everybody in. `toolsStatus`: what it answers to tools/list. */
export const openServer =
  ({ toolsStatus = 200 } = {}): Route =>
  (req, res) => {
    if (pathOf(req) !== '/mcp') return false
    if (req.method !== 'POST') {
      res.writeHead(405).end()
      return true
    }
    let body = ''
    req.on('data', (chunk: Buffer) => (body += chunk.toString()))
    req.on('end', () => {
      const message = JSON.parse(body) as { method: string; id?: number }
      if (message.method === 'tools/list' && toolsStatus !== 200) res.writeHead(toolsStatus).end()
      else answer(message, res)
    })
    return true
  }

export const OPEN_SERVER = openServer()

function answer(
  { method, id }: { readonly method: string; readonly id?: number },
  res: Parameters<Route>[1],
): void {
  if (id === undefined) {
    res.writeHead(202).end()
    return
  }
  const serverInfo = { name: 'open', version: '1.0.0' }
  const result =
    method === 'initialize'
      ? { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo }
      : { tools: [] }
  sendJson(res, 200, { jsonrpc: '2.0', id, result })
}
