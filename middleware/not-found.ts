import type { RequestHandler } from 'express'

/**
 * Answers 404 in JSON to whatever no route took, and says where the MCP endpoint is: the most common reason is a client
 * that was given the base URL. Neither names the framework nor echoes the path.
 */
export function notFound(endpoint: URL): RequestHandler {
  const body = {
    error: 'not_found',
    error_description: `There is nothing at this address. The MCP endpoint is ${endpoint.href}`,
  }
  return function notFoundMiddleware(_req, res) {
    res.status(404).json(body)
  }
}
