import { randomUUID } from 'node:crypto'
import express, { type Router } from 'express'
import { z } from 'zod'
import { BASE_SCOPES, MCP_AUDIENCE_SCOPE, type KeycloakRealm } from './realm.js'
import { isLoopback } from '../../../src/http/is-loopback.js'

const METADATA = z.object({
  client_name: z.string().max(200).optional(),
  redirect_uris: z.array(z.string().refine(isUsable)).min(1).max(20),
  token_endpoint_auth_method: z.string().optional(),
})

const MAX_CLIENTS = 1_000

/** Serves Dynamic Client Registration (RFC 7591) for public clients, without a token. */
export function clientRegistration(realm: KeycloakRealm, path: string): Router {
  const router = express.Router()
  const optionalScopes = realm.clients.get('mcp-client')?.optionalScopes ?? []
  router.post(path, express.json({ limit: '64kb' }), (req, res) => {
    const { data, error } = METADATA.safeParse(req.body)
    if (data === undefined || realm.clients.size >= MAX_CLIENTS) {
      const description = error?.issues[0]?.path.join('.') ?? 'there are too many clients'
      res.status(400).json({ error: 'invalid_client_metadata', error_description: description })
      return
    }
    const clientId = randomUUID()
    const { client_name: name = clientId, redirect_uris: redirectUris } = data
    const defaultScopes = [...BASE_SCOPES, MCP_AUDIENCE_SCOPE]
    const client = { clientId, name, redirectUris, defaultScopes, optionalScopes }
    realm.clients.set(clientId, { ...client, exchangeEnabled: false })
    res
      .status(201)
      .set('cache-control', 'no-store')
      .json({
        client_id: clientId,
        client_id_issued_at: Math.floor(realm.now() / 1_000),
        client_name: name,
        redirect_uris: redirectUris,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        scope: optionalScopes.join(' '),
      })
  })
  return router
}

/** The page that sends a code there names this host in its Content-Security-Policy. */
function isUsable(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const { protocol, hostname, username, password, hash } = url
  return (
    (protocol === 'https:' || (protocol === 'http:' && isLoopback(url))) &&
    /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])$/i.test(hostname) &&
    [username, password, hash].every((part) => part === '')
  )
}
