import { createHash, randomBytes } from 'node:crypto'
import { signIn } from '../../apps/development/sign-in.js'

export interface CodeRequest {
  readonly authorizationEndpoint: string
  readonly clientId: string
  readonly username: string
  readonly scope: string
  readonly redirectUri?: string
  /** Further parameters; an empty one takes away. */
  readonly further?: Readonly<Record<string, string>>
}

/** Signs a user in at a stand-in. Returns the parameters of the callback, and what the code is redeemed with. */
export async function requestCode(request: CodeRequest) {
  const codeVerifier = randomBytes(32).toString('base64url')
  const redirectUri = request.redirectUri ?? 'http://127.0.0.1:33418/callback'
  const authorizationUrl = new URL(request.authorizationEndpoint)
  const parameters = {
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: redirectUri,
    scope: request.scope,
    state: 'the-state',
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...request.further,
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== '') authorizationUrl.searchParams.set(name, value)
  }
  const callback = await signIn({ authorizationUrl, username: request.username })
  return {
    callback: callback.searchParams,
    redemption: {
      grant_type: 'authorization_code',
      client_id: request.clientId,
      redirect_uri: redirectUri,
      code: callback.searchParams.get('code') ?? '',
      code_verifier: codeVerifier,
    },
  }
}

export interface TokenEndpointAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

/** Posts a form to a token endpoint; an empty value is not sent. */
export async function postForm(
  endpoint: string,
  form: Readonly<Record<string, string | readonly string[]>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<TokenEndpointAnswer> {
  const pairs = Object.entries(form).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  )
  const body = new URLSearchParams(pairs.filter(([, value]) => value !== ''))
  const response = await fetch(endpoint, { method: 'POST', body, headers })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}

/** The header of a client that authenticates by Basic. */
export function basic(clientId: string, secret: string): Record<string, string> {
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}
