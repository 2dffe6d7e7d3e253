import { z } from 'zod'
import { profilesOf } from '../../../cli/doctor/connector/profiles/client-profiles.js'
import type { ClientProfile } from '../../../cli/doctor/connector/profiles/client-profile.js'
import type { Behaviour, ScriptedClient } from './scripted-client.js'
import { Told } from './told.js'

const RESOURCE = z.object({
  resource: z.string(),
  authorization_servers: z.array(z.url()).min(1),
  scopes_supported: z.array(z.string()).default([]),
})

const SERVER = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  registration_endpoint: z.url().optional(),
  scopes_supported: z.array(z.string()).default([]),
  code_challenge_methods_supported: z.array(z.string()).optional(),
  client_id_metadata_document_supported: z.boolean().default(false),
})

export type ServerMetadata = z.infer<typeof SERVER>

export interface Discovered {
  /** What it asks a token for; `undefined` where it knows of none. */
  readonly resource: string | undefined
  readonly server: ServerMetadata
  /** Of the server's metadata. */
  readonly resourceScopes: readonly string[]
}

/** Finds the authorization server from a challenge, as far as its profile does; throws `Told`. */
export async function discover(
  endpoint: URL,
  challenge: string,
  { like, behaviour: { authorizationServer, sendsResource } }: Discovering,
): Promise<Discovered> {
  const [profile] = profilesOf([like], { origin: undefined })
  if (profile === undefined) throw new Error(`there is no profile ${like}`)
  if (authorizationServer === 'mcp_host') return ofMcpHost(endpoint)
  const address = parameterOf(challenge, 'resource_metadata')
  if (address === undefined) throw new Told('The server does not say how to sign in.')
  const metadata = RESOURCE.parse(await json(address))
  assertResource(metadata.resource, endpoint, profile)
  const server = await serverMetadata(metadata.authorization_servers[0] ?? '')
  assertPkce(server, profile)
  return {
    resource: sendsResource ? metadata.resource : undefined,
    server,
    resourceScopes: metadata.scopes_supported,
  }
}

interface Discovering {
  readonly like: ScriptedClient['like']
  readonly behaviour: Behaviour
}

/** One parameter of a Bearer challenge, without its quotes. */
export function parameterOf(challenge: string, name: string): string | undefined {
  return new RegExp(`[ ,]${name}="([^"]*)"`).exec(challenge)?.[1]
}

/** Where a client goes that looks for the authorization server at the MCP server: the addresses before RFC 9728. */
function ofMcpHost({ origin }: URL): Discovered {
  return {
    resource: undefined,
    resourceScopes: [],
    server: SERVER.parse({
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      registration_endpoint: `${origin}/register`,
    }),
  }
}

function assertResource(resource: string, endpoint: URL, { resource: compared }: ClientProfile) {
  const matches =
    compared === 'exact'
      ? resource === endpoint.href
      : URL.canParse(resource) &&
        new URL(resource).origin === endpoint.origin &&
        endpoint.pathname.startsWith(new URL(resource).pathname)
  if (!matches) {
    throw new Told(`Protected resource ${resource} does not match expected ${endpoint.href}`)
  }
}

function assertPkce(server: ServerMetadata, { pkce }: ClientProfile): void {
  const methods = server.code_challenge_methods_supported
  if (methods?.includes('S256') ?? pkce === 'not_excluded') return
  throw new Told('Incompatible auth server: does not support code challenge method S256')
}

/** RFC 8414 §3.1, then OpenID Connect Discovery, in the order of the MCP specification. */
async function serverMetadata(issuer: string): Promise<ServerMetadata> {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const addresses = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]
  for (const address of addresses) {
    const response = await fetch(address)
    if (response.ok) return SERVER.parse(await response.json())
    await response.body?.cancel()
  }
  throw new Told(`No metadata of the authorization server ${issuer}`)
}

async function json(address: string): Promise<unknown> {
  const response = await fetch(address)
  if (!response.ok) throw new Told(`HTTP ${response.status} at ${address}`)
  return response.json()
}
