import {
  EVERYBODY,
  NOBODY,
  COMPARE_ISSUERS,
  NO_DOCUMENT,
  type BrokenServer,
} from './broken-server.js'
import { hangUp, at, status, html } from './routes.js'
import { goodServerMetadata, pathOf, sendJson, SERVER_METADATA } from '../world.js'

export const SERVER_FAULTS: readonly BrokenServer[] = [
  {
    name: 'the authorization server has no metadata',
    id: 'server_metadata.not_found',
    fails: EVERYBODY,
    parts: { issuer: at(SERVER_METADATA, status(404)) },
  },
  {
    name: 'the metadata of the authorization server is at the address of OpenID Connect alone',
    id: 'server_metadata.only_openid',
    fails: ['strict'],
    parts: {
      issuer: (req, res, world) => {
        if (pathOf(req) === SERVER_METADATA) return sendJson(res, 404, {})
        if (pathOf(req) !== '/.well-known/openid-configuration') return false
        return sendJson(res, 200, goodServerMetadata(world))
      },
    },
  },
  {
    name: 'the metadata of the authorization server answers 500',
    id: 'server_metadata.status',
    fails: EVERYBODY,
    parts: { issuer: at(SERVER_METADATA, status(500)) },
  },
  {
    name: 'the metadata of the authorization server is a web page',
    id: 'server_metadata.not_json',
    fails: EVERYBODY,
    parts: { issuer: at(SERVER_METADATA, html) },
  },
  {
    name: 'the metadata of the authorization server is in UTF-16',
    id: 'server_metadata.not_json',
    fails: EVERYBODY,
    parts: {
      issuer: at(SERVER_METADATA, (_req, res, world) => {
        const text = JSON.stringify(goodServerMetadata(world))
        res.writeHead(200, { 'content-type': 'application/json; charset=utf-16' })
        res.end(Buffer.from(`\uFEFF${text}`, 'utf16le'))
        return true
      }),
    },
  },
  {
    name: 'the metadata of the authorization server lacks an endpoint',
    id: 'server_metadata.invalid',
    fails: EVERYBODY,
    parts: { serverMetadata: () => ({ token_endpoint: undefined }) },
  },
  {
    name: 'the authorization server is plain http',
    id: 'server_metadata.not_https',
    fails: EVERYBODY,
    parts: { resourceMetadata: () => ({ authorization_servers: ['http://auth.example.com'] }) },
    beyondClients: true,
  },
  {
    name: 'the metadata of the authorization server is redirected without an end',
    id: 'server_metadata.redirect',
    fails: EVERYBODY,
    parts: { issuer: at(SERVER_METADATA, status(302, { location: SERVER_METADATA })) },
  },
  {
    name: 'the authorization server hangs up where its metadata is',
    id: 'server_metadata.unreachable',
    fails: EVERYBODY,
    parts: { issuer: at(SERVER_METADATA, hangUp) },
  },
  {
    name: 'the metadata of the authorization server is larger than anybody reads',
    id: 'server_metadata.too_large',
    fails: EVERYBODY,
    parts: { serverMetadata: () => ({ padding: 'x'.repeat(2 * 1024 * 1024) }) },
    beyondClients: true,
  },
  {
    name: 'the authorization server calls itself otherwise',
    id: 'server_metadata.issuer',
    fails: COMPARE_ISSUERS,
    parts: { serverMetadata: () => ({ issuer: 'https://other.example.com' }) },
  },
  {
    name: 'PKCE is not named',
    id: 'server.pkce_not_named',
    fails: ['chatgpt', 'strict'],
    parts: { serverMetadata: () => ({ code_challenge_methods_supported: undefined }) },
  },
  {
    name: 'PKCE is offered without S256',
    id: 'server.no_s256',
    fails: EVERYBODY,
    parts: { serverMetadata: () => ({ code_challenge_methods_supported: ['plain'] }) },
  },
  {
    name: 'the response type code is not offered',
    id: 'server.no_code',
    fails: EVERYBODY,
    parts: { serverMetadata: () => ({ response_types_supported: ['id_token'] }) },
  },
  {
    name: 'the token endpoint is plain http',
    id: 'server.endpoint_not_https',
    fails: EVERYBODY.filter((name) => name !== 'sdk-v1'),
    parts: { serverMetadata: () => ({ token_endpoint: 'http://auth.example.com/token' }) },
  },
  {
    name: 'the authorization server lists no scope of the server',
    id: 'server.scopes',
    fails: NOBODY,
    parts: { serverMetadata: () => ({ scopes_supported: ['openid', 'profile'] }) },
  },
  {
    name: 'the authorization server takes no public clients',
    id: 'server.no_public_clients',
    fails: NOBODY,
    parts: {
      serverMetadata: () => ({ token_endpoint_auth_methods_supported: ['client_secret_basic'] }),
    },
  },
  {
    name: 'the authorization server registers no clients',
    id: 'registration.none',
    fails: EVERYBODY,
    parts: { serverMetadata: () => ({ registration_endpoint: undefined }) },
  },
  {
    name: 'the authorization server takes metadata documents only',
    id: 'registration.only_documents',
    fails: NO_DOCUMENT,
    parts: {
      serverMetadata: () => ({
        registration_endpoint: undefined,
        client_id_metadata_document_supported: true,
      }),
    },
  },
  {
    name: 'the authorization server hangs up on a registration',
    id: 'registration.unreachable',
    fails: EVERYBODY,
    parts: { issuer: at('/registration', hangUp) },
    args: ['--register'],
  },
  {
    name: 'the authorization server refuses to register native clients',
    id: 'registration.refused',
    fails: EVERYBODY,
    parts: {
      issuer: at('/registration', (_req, res) =>
        sendJson(res, 400, { error: 'invalid_client_metadata' }),
      ),
    },
    args: ['--register'],
  },
]
