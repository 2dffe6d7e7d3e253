import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { SignInError } from '../../../apps/development/sign-in.js'
import type { Person } from '../parts/person.js'
import type { Discovered } from './discovery.js'
import { Told } from './told.js'

const TOKENS = z.object({
  access_token: z.string(),
  refresh_token: z.string().optional(),
  scope: z.string().optional(),
})
const REFUSAL = z.object({ error: z.string(), error_description: z.string().optional() })

export type Tokens = z.infer<typeof TOKENS>

export interface AuthorizationRequest {
  readonly clientId: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
}

/** Registers a client that describes itself (RFC 7591); throws `Told`. */
export async function register(
  { server }: Discovered,
  client: { readonly name: string; readonly redirectUris: readonly string[] },
): Promise<string> {
  if (server.registration_endpoint === undefined) {
    throw new Told('Incompatible auth server: does not support dynamic client registration')
  }
  const response = await fetch(server.registration_endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      client_name: client.name,
      redirect_uris: client.redirectUris,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    }),
  })
  const body = await bodyOf(response)
  if (!response.ok) throw refused(body, response.status)
  return z.object({ client_id: z.string() }).parse(body).client_id
}

/** Sends the person to sign in, and redeems the code (RFC 6749 §4.1, RFC 7636); throws `Told`. */
export async function authorize(
  discovered: Discovered,
  request: AuthorizationRequest,
  person: Person,
): Promise<Tokens> {
  const [verifier, state] = [randomBytes(32), randomBytes(16)].map((it) => it.toString('base64url'))
  const url = new URL(discovered.server.authorization_endpoint)
  const parameters = {
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scopes.length === 0 ? undefined : request.scopes.join(' '),
    resource: discovered.resource,
    state,
    code_challenge: createHash('sha256')
      .update(verifier ?? '')
      .digest('base64url'),
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  const { searchParams: answer } = await visit(url, person)
  if (answer.get('state') !== state) throw new Told('The answer belongs to another sign-in.')
  const code = answer.get('code')
  if (code === null) throw refused(Object.fromEntries(answer), 400)
  const { clientId: client_id, redirectUri: redirect_uri } = request
  return redeem(discovered, {
    ...{ grant_type: 'authorization_code', code, code_verifier: verifier ?? '' },
    ...{ client_id, redirect_uri },
  })
}

/** Gets new tokens for a refresh token; throws `Told` where it is not taken any more. */
export function refresh(
  discovered: Discovered,
  clientId: string,
  refreshToken: string,
): Promise<Tokens> {
  return redeem(discovered, {
    ...{ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId },
  })
}

async function visit(url: URL, person: Person): Promise<URL> {
  try {
    return await person.signIn(url)
  } catch (error) {
    if (!(error instanceof SignInError)) throw error
    // A page that is none of the authorization server's is what the person reads, whoever sent it.
    if (error.code === 'unexpected_page') throw new Told(await (await fetch(url)).text())
    throw new Told(error.message)
  }
}

async function redeem(
  { server, resource }: Discovered,
  parameters: Readonly<Record<string, string>>,
): Promise<Tokens> {
  const body = new URLSearchParams(parameters)
  if (resource !== undefined) body.set('resource', resource)
  const response = await fetch(server.token_endpoint, { method: 'POST', body })
  const answer = await bodyOf(response)
  if (!response.ok) throw refused(answer, response.status)
  return TOKENS.parse(answer)
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function refused(body: unknown, status: number): Told {
  const { success, data } = REFUSAL.safeParse(body)
  if (!success) return new Told(typeof body === 'string' ? body : `HTTP ${status}`)
  return new Told([data.error, data.error_description].filter(Boolean).join(': '))
}
