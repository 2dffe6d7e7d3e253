import { EVERYBODY, type BrokenServer } from './broken-server.js'
import { hangUp, NO_WORLD, at, status, html } from './routes.js'
import { pathOf, RESOURCE_METADATA, sendJson } from '../world.js'

export const RESOURCE_FAULTS: readonly BrokenServer[] = [
  {
    name: 'there is no metadata of the server',
    id: 'metadata.not_found',
    fails: EVERYBODY,
    parts: { mcp: at(RESOURCE_METADATA, status(404)) },
  },
  {
    name: 'a proxy strips the path from the address of the metadata',
    id: 'metadata.wrong_address',
    fails: EVERYBODY,
    parts: {
      mcp: (req, res, { endpoint, issuer }) => {
        if (pathOf(req) === RESOURCE_METADATA) return sendJson(res, 404, {})
        if (pathOf(req) !== '/.well-known/oauth-protected-resource') return false
        return sendJson(res, 200, { resource: endpoint, authorization_servers: [issuer] })
      },
    },
  },
  {
    name: 'the metadata of the server answers 500',
    id: 'metadata.status',
    fails: EVERYBODY,
    parts: { mcp: at(RESOURCE_METADATA, status(500)) },
  },
  {
    name: 'a single-page application answers for the metadata of the server',
    id: 'metadata.not_json',
    fails: EVERYBODY,
    parts: { mcp: at(RESOURCE_METADATA, html) },
  },
  {
    name: 'the metadata of the server is redirected without an end',
    id: 'metadata.redirect',
    fails: EVERYBODY,
    parts: { mcp: at(RESOURCE_METADATA, status(302, { location: RESOURCE_METADATA })) },
  },
  {
    name: 'the metadata of the server is larger than anybody reads',
    id: 'metadata.too_large',
    fails: EVERYBODY,
    parts: { resourceMetadata: () => ({ padding: 'x'.repeat(2 * 1024 * 1024) }) },
    beyondClients: true,
  },
  {
    name: 'the server hangs up where its metadata is',
    id: 'metadata.unreachable',
    fails: EVERYBODY,
    parts: { mcp: at(RESOURCE_METADATA, hangUp) },
  },
  {
    name: 'the resource is the URL in another spelling',
    id: 'resource.spelling',
    fails: ['vscode', 'strict'],
    parts: {
      resourceMetadata: ({ endpoint }) => ({ resource: endpoint.replace('http:', 'HTTP:') }),
    },
  },
  {
    name: 'the metadata names no resource',
    id: 'metadata.invalid',
    fails: EVERYBODY,
    parts: { resourceMetadata: () => ({ resource: undefined }) },
  },
  {
    name: 'the metadata names no authorization server',
    id: 'metadata.no_authorization_server',
    fails: EVERYBODY,
    parts: { resourceMetadata: () => ({ authorization_servers: undefined }) },
  },
  {
    name: 'the metadata names the origin as the resource',
    id: 'resource.origin',
    fails: ['vscode', 'strict'],
    parts: { resourceMetadata: ({ mcp }) => ({ resource: mcp }) },
  },
  {
    name: 'the resource has a slash at its end',
    id: 'resource.trailing_slash',
    fails: EVERYBODY,
    parts: { resourceMetadata: ({ endpoint }) => ({ resource: `${endpoint}/` }) },
  },
  {
    name: 'the resource has another scheme than the URL',
    id: 'resource.scheme',
    fails: EVERYBODY,
    parts: {
      resourceMetadata: ({ endpoint }) => ({ resource: endpoint.replace('http:', 'https:') }),
    },
  },
  {
    name: 'a proxy puts a path in front of the endpoint, of which the server does not know',
    id: 'resource.mismatch',
    fails: EVERYBODY,
    parts: {
      typed: ({ mcp }) => `${mcp}/api/mcp`,
      mcp: (req, res, { mcp }) => {
        if (pathOf(req) !== '/api/mcp') return false
        const named = `Bearer resource_metadata="${mcp}${RESOURCE_METADATA}"`
        return status(401, { 'www-authenticate': named })(req, res, NO_WORLD)
      },
    },
  },
  {
    name: 'the resource is an application id',
    id: 'resource.mismatch',
    fails: EVERYBODY,
    parts: { resourceMetadata: () => ({ resource: 'api://1111-2222' }) },
  },
]
