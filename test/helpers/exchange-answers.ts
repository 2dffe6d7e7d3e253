import type { ServerResponse } from 'node:http'
import type { MintOptions, TestIssuer, TokenRequest } from './test-issuer.js'

export const API_AUDIENCE = 'https://api.example/'
export const CLIENT_ID = 'mcp-server'
export const CLIENT_SECRET = 'secret-of-the-mcp-server'
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'

/** What a JWT says, without looking at its signature. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

/** Answers as Auth0's On-Behalf-Of does. */
export function exchangeAsAsked(issuer: TestIssuer) {
  return async (request: TokenRequest, res: ServerResponse): Promise<void> => {
    answerWith(res, { ...tokenAnswer(await mintExchanged(issuer, request)) })
  }
}

/** A good exchanged token for what a token request asks, as changed by `options`. */
export function mintExchanged(
  issuer: TestIssuer,
  { parameters }: TokenRequest,
  options: MintOptions = {},
): Promise<string> {
  const subject = claimsOf(parameters.get('subject_token') ?? '')
  return issuer.mint(parameters.get('audience') ?? '', {
    ...options,
    claims: {
      sub: subject['sub'],
      org_id: subject['org_id'],
      scope: parameters.get('scope') ?? undefined,
      client_id: CLIENT_ID,
      act: {
        sub: CLIENT_ID,
        act: subject['act'] ?? { sub: subject['client_id'] ?? subject['azp'] },
      },
      ...options.claims,
    },
  })
}

export function tokenAnswer(accessToken: unknown): Readonly<Record<string, unknown>> {
  return {
    access_token: accessToken,
    issued_token_type: ACCESS_TOKEN_TYPE,
    token_type: 'Bearer',
    expires_in: 600,
  }
}

/** Answers a token request with JSON; members that are `undefined` are left out. */
export function answerWith(res: ServerResponse, body: unknown, status = 200): void {
  res
    .writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    .end(JSON.stringify(body))
}
