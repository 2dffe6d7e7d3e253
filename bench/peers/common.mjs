import { createRemoteJWKSet, jwtVerify } from 'jose'
import { z } from 'zod'

/** The text that a tool without work answers: as long as ours. */
export const TEXT = JSON.stringify(
  { user: { sub: 'user|none', client_id: 'bench' }, scopes: ['tool:whoami', 'tool:greet'] },
  undefined,
  2,
)

/** The tools of the peers: three as in ours, and as many more as are asked for. */
export function toolNames(more = 0) {
  return [
    ...['whoami', 'greet', 'get_datetime'],
    ...Array.from({ length: more }, (_, index) => `further_${index}`),
  ]
}

export const definition = {
  title: 'A tool',
  description: 'Returns the identity and the scopes of the signed-in user.',
  inputSchema: z.object({ name: z.string().max(200).optional() }),
}

/** A verifier that fetches the keys of the issuer once. */
export function createVerifier({ issuer, audience }) {
  const keys = createRemoteJWKSet(new URL(`${issuer}jwks`))
  return async (token) => (await jwtVerify(token, keys, { issuer, audience })).payload
}

/** One token exchange, as a tool of a quickstart makes it for each call. */
export async function exchange({ issuer, token }) {
  const response = await fetch(`${issuer}oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      client_id: 'mcp-server',
      client_secret: 'secret',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: 'https://api.example/',
      scope: 'read:private',
    }),
  })
  if (!response.ok) throw new Error(`The exchange failed with ${response.status}`)
  return (await response.json()).access_token
}

export async function callApi({ api, token }) {
  const response = await fetch(`${api}/api/private-scope`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  if (!response.ok) throw new Error(`The API answered ${response.status}`)
  return response.json()
}
