import type { RequestListener } from 'node:http'

/** Answers with JSON. */
export function json(value: unknown, status = 200): RequestListener {
  return (_req, res) => {
    res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
  }
}
