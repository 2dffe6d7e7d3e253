import { pathOf, type Route } from '../world.js'

export const answerPost =
  (answer: Route): Route =>
  (req, res, world) =>
    pathOf(req) === '/mcp' && req.method === 'POST' && (req.resume(), answer(req, res, world))

export const at =
  (path: string, answer: Route): Route =>
  (req, res, world) =>
    pathOf(req) === path && (req.resume(), answer(req, res, world))

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Route =>
  (_req, res) => {
    res.writeHead(code, headers).end()
    return true
  }

export const html: Route = (_req, res) => {
  res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Home</title>')
  return true
}

/** Closes the connection without an answer. */
export const hangUp: Route = (req) => {
  req.socket.destroy()
  return true
}

/** For routes that do not look at it. */
export const NO_WORLD = { mcp: '', issuer: '', endpoint: '' }
