import { EVERYBODY, type BrokenServer } from './broken-server.js'
import { hangUp, at, status, html } from './routes.js'
import { queryOf } from '../world.js'

export const SIGN_IN_FAULTS: readonly BrokenServer[] = [
  {
    name: 'the authorization endpoint refuses resource',
    id: 'authorization.resource_refused',
    fails: EVERYBODY,
    parts: {
      issuer: at('/authorization', (req, res, world) =>
        queryOf(req).has('resource') ? status(400)(req, res, world) : html(req, res, world),
      ),
    },
  },
  {
    name: 'Entra refuses the pair of resource and scope',
    id: 'authorization.resource_and_scope',
    fails: EVERYBODY,
    parts: {
      issuer: at('/authorization', (_req, res) => {
        res.writeHead(200, { 'content-type': 'text/html' })
        res.end('<p>AADSTS9010010: The resource parameter does not match the requested scopes.</p>')
        return true
      }),
    },
  },
  {
    name: 'the authorization endpoint is not there',
    id: 'authorization.not_found',
    fails: EVERYBODY,
    parts: { issuer: at('/authorization', status(404)) },
  },
  {
    name: 'the authorization endpoint redirects without an end',
    id: 'authorization.redirect_loop',
    fails: EVERYBODY,
    parts: {
      issuer: at('/authorization', (req, res, world) => {
        const next = Number(queryOf(req).get('n') ?? 0) + 1
        return status(302, { location: `/authorization?n=${next}` })(req, res, world)
      }),
    },
  },
  {
    name: 'the authorization endpoint refuses the registered client',
    id: 'authorization.refused',
    fails: EVERYBODY,
    parts: { issuer: at('/authorization', status(400)) },
    args: ['--register'],
  },
  {
    name: 'the authorization endpoint answers 500 to the registered client',
    id: 'authorization.server_error',
    fails: EVERYBODY,
    parts: { issuer: at('/authorization', status(500)) },
    args: ['--register'],
  },
  {
    name: 'the authorization endpoint hangs up',
    id: 'authorization.unreachable',
    fails: EVERYBODY,
    parts: { issuer: at('/authorization', hangUp) },
  },
  {
    name: 'the token endpoint hangs up',
    id: 'token.unreachable',
    fails: EVERYBODY,
    parts: { issuer: at('/tokens', hangUp) },
  },
  {
    name: 'the token endpoint is not there',
    id: 'token.not_found',
    fails: EVERYBODY,
    parts: { issuer: at('/tokens', status(404)) },
  },
  {
    name: 'the token endpoint answers 500',
    id: 'token.server_error',
    fails: EVERYBODY,
    parts: { issuer: at('/tokens', status(500)) },
  },
]
