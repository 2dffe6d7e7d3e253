import { EVERYBODY, NOBODY, type BrokenServer } from './broken-server.js'
import { openServer } from '../open-server.js'
import { hangUp, NO_WORLD, answerPost, at, status, html } from './routes.js'
import { pathOf, sendJson, type Route } from '../world.js'

export const ENDPOINT_FAULTS: readonly BrokenServer[] = [
  {
    name: 'the endpoint answers 404 instead of 401',
    id: 'endpoint.not_found',
    fails: EVERYBODY,
    parts: { mcp: at('/mcp', status(404)) },
  },
  {
    name: 'a firewall answers 403',
    id: 'endpoint.forbidden',
    fails: EVERYBODY,
    parts: { mcp: at('/mcp', status(403)) },
  },
  {
    name: 'the endpoint is the home page of a web site',
    id: 'endpoint.not_mcp',
    fails: EVERYBODY,
    parts: { mcp: at('/mcp', html) },
  },
  {
    name: 'POST is redirected by 302',
    id: 'endpoint.redirect',
    fails: EVERYBODY,
    parts: { mcp: answerPost(status(302, { location: '/mcp/' })) },
  },
  {
    name: 'POST is redirected by 308 to another origin',
    id: 'endpoint.redirect',
    fails: EVERYBODY,
    parts: {
      mcp: answerPost((req, res, { issuer }) =>
        status(308, { location: `${issuer}/mcp` })(req, res, { mcp: '', issuer, endpoint: '' }),
      ),
    },
  },
  {
    name: 'POST is redirected by 308 without an end',
    id: 'endpoint.redirect',
    fails: EVERYBODY,
    parts: { mcp: answerPost(status(308, { location: '/mcp' })) },
  },
  {
    name: 'the server takes no POST',
    id: 'endpoint.method_not_allowed',
    fails: EVERYBODY,
    parts: { mcp: at('/mcp', status(405)) },
  },
  {
    name: 'the server speaks the older transport alone',
    id: 'endpoint.legacy_transport',
    fails: ['inspector', 'sdk-v1', 'sdk-v2', 'strict'],
    parts: {
      mcp: at('/mcp', (req, res) => {
        if (req.method !== 'GET') return status(405)(req, res, NO_WORLD)
        res.writeHead(200, { 'content-type': 'text/event-stream' })
        res.end('event: endpoint\ndata: /messages?session=1\n\n')
        return true
      }),
    },
  },
  {
    name: 'the first request has to name a session',
    id: 'endpoint.session_required',
    fails: EVERYBODY,
    parts: {
      mcp: answerPost((req, res, world) =>
        req.headers['mcp-session-id'] === undefined
          ? status(400)(req, res, world)
          : status(404)(req, res, world),
      ),
    },
  },
  {
    name: 'the server refuses a revision instead of offering its own',
    id: 'endpoint.protocol_version',
    fails: EVERYBODY,
    parts: { mcp: (req, res) => refuseRevision(req, res) },
  },
  {
    name: 'Accept has to name both media types',
    id: 'endpoint.not_acceptable',
    fails: ['claude'],
    parts: {
      mcp: answerPost((req, res, world) => {
        const { accept = '' } = req.headers
        const both = accept.includes('application/json') && accept.includes('text/event-stream')
        return !both && status(406)(req, res, world)
      }),
    },
  },
  {
    name: 'the server sends JSON only, and refuses event streams',
    id: 'endpoint.not_acceptable',
    fails: ['claude'],
    parts: {
      mcp: answerPost(
        (req, res, world) =>
          !/json|[*]/.test(req.headers.accept ?? '') && status(406)(req, res, world),
      ),
    },
  },
  {
    name: 'the server sends event streams only',
    id: 'endpoint.not_acceptable',
    fails: NOBODY,
    parts: {
      mcp: answerPost(
        (req, res, world) =>
          !(req.headers.accept ?? '').includes('event-stream') && status(406)(req, res, world),
      ),
    },
  },
  {
    name: 'the endpoint answers 429',
    id: 'endpoint.rate_limited',
    fails: EVERYBODY,
    parts: { mcp: answerPost(status(429)) },
  },
  {
    name: 'the endpoint answers 418',
    id: 'endpoint.unexpected_status',
    fails: EVERYBODY,
    parts: { mcp: answerPost(status(418)) },
  },
  {
    name: 'the endpoint hangs up',
    id: 'network.unreachable',
    fails: EVERYBODY,
    parts: { mcp: answerPost(hangUp) },
  },
  {
    name: 'initialize needs no token, and the list of tools fails',
    id: 'tools.refused',
    fails: EVERYBODY,
    parts: { mcp: openServer({ toolsStatus: 500 }) },
  },
  {
    name: 'the endpoint answers 500',
    id: 'endpoint.server_error',
    fails: EVERYBODY,
    parts: { mcp: answerPost(status(500)) },
  },
]

/** Reads the body, as the revision stands there. */
function refuseRevision(req: Parameters<Route>[0], res: Parameters<Route>[1]): boolean {
  if (pathOf(req) !== '/mcp' || req.method !== 'POST') return false
  let body = ''
  req.on('data', (chunk: Buffer) => (body += chunk.toString()))
  req.on('end', () => {
    const error = { code: -32_602, message: 'Unsupported protocol version' }
    const result = { protocolVersion: '2025-03-26', capabilities: {}, serverInfo: {} }
    const isNew = body.includes('2025-11-25')
    sendJson(res, 200, { jsonrpc: '2.0', id: 1, ...(isNew ? { error } : { result }) })
  })
  return true
}
