// An authorization server that signs real tokens and checks what an exchange has to have. It can be slow, fail, and change its keys.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { importJWK, SignJWT, type JWK } from 'jose'
import { issuerMetadata, TOKEN_EXCHANGE_GRANT } from '../../../bench/children/issuer-metadata.mjs'
import { answerQuestions } from './answer-questions.mjs'

/** What it is told, whenever that changes. */
export interface AuthorizationServerState {
  /** With their private members; all of them are published. */
  readonly keys: readonly JWK[]
  /** The `kid` of the key that signs. */
  readonly signsWith: string
  readonly latencyMs: number
  readonly fails: boolean
  readonly secret: string
}

export type AuthorizationServerQuestion =
  | { readonly kind: 'listen'; readonly port: number; readonly state: AuthorizationServerState }
  | { readonly kind: 'change'; readonly state: Partial<AuthorizationServerState> }
  | { readonly kind: 'exchanges' }
  | { readonly kind: 'tokens' }

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const LIFETIME_SECONDS = 3_600

let state: AuthorizationServerState
let issuer = ''
/** Exchanges by subject. */
const exchanges = new Map<string, number>()
/** Exchanges by the `jti` of the token that was exchanged. */
const tokens = new Map<string, number>()

answerQuestions(async (question: AuthorizationServerQuestion) => {
  if (question.kind === 'exchanges') return Object.fromEntries(exchanges)
  if (question.kind === 'tokens') return Object.fromEntries(tokens)
  if (question.kind === 'change') {
    state = { ...state, ...question.state }
    return undefined
  }
  state = question.state
  const port = await listen(question.port)
  issuer = `http://127.0.0.1:${port}/`
  return port
})

function listen(port: number): Promise<number> {
  // The connections that our server keeps end soon after a case, so that it is known sooner what it still holds.
  const server = createServer({ keepAliveTimeout: 2_000 }, (req, res) => {
    setTimeout(() => {
      answer(req, res).catch(() => res.destroy())
    }, state.latencyMs)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port)
    })
  })
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { pathname } = new URL(req.url ?? '', issuer)
  if (state.fails) send(res, { error: 'server_error' }, 503)
  else if (pathname.startsWith('/.well-known/')) send(res, issuerMetadata(issuer))
  else if (pathname === '/jwks') send(res, { keys: state.keys.map(publicPart) })
  else await exchange(new URLSearchParams(await textOf(req)), res)
}

function publicPart({ kty, n, e, kid, alg }: JWK): JWK {
  return { kty, n, e, kid, alg, use: 'sig' } as JWK
}

async function exchange(form: URLSearchParams, res: ServerResponse): Promise<void> {
  if (form.get('client_secret') !== state.secret) {
    send(res, { error: 'invalid_client' }, 401)
    return
  }
  if (form.get('grant_type') !== TOKEN_EXCHANGE_GRANT) {
    send(res, { error: 'unsupported_grant_type' }, 400)
    return
  }
  const [, payload = ''] = (form.get('subject_token') ?? '').split('.')
  const subject = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, string>
  const { sub = '', client_id: client, jti = '' } = subject
  exchanges.set(sub, (exchanges.get(sub) ?? 0) + 1)
  tokens.set(jti, (tokens.get(jti) ?? 0) + 1)
  const scope = form.get('scope') ?? ''
  const token = await sign({
    ...{ sub, scope, aud: form.get('audience'), client_id: 'mcp-server' },
    act: { sub: 'mcp-server', act: { sub: client } },
  })
  const issued = { access_token: token, issued_token_type: ACCESS_TOKEN, token_type: 'Bearer' }
  send(res, { ...issued, expires_in: LIFETIME_SECONDS, scope })
}

async function sign(claims: Record<string, unknown>): Promise<string> {
  const key = state.keys.find(({ kid }) => kid === state.signsWith)
  if (key === undefined) throw new Error('no key to sign with')
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: state.signsWith, typ: 'at+jwt' })
    .setIssuer(issuer)
    .setIssuedAt()
    .setExpirationTime(`${LIFETIME_SECONDS}s`)
    .setJti(crypto.randomUUID())
    .sign(await importJWK(key, 'RS256'))
}

async function textOf(req: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of req) text += String(chunk)
  return text
}

function send(res: ServerResponse, body: unknown, status = 200): void {
  res.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
  res.end(JSON.stringify(body))
}
