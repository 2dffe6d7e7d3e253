// An authorization server whose tokens are short: it signs for whoever asks it to, and exchanges as RFC 8693 has it.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose'
import { issuerMetadata, TOKEN_EXCHANGE_GRANT } from '../../../bench/children/issuer-metadata.mjs'
import { CLIENT, LIFETIME_SECONDS, REFUSED_USER } from '../world.js'
import { serveParent } from './serve-parent.js'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const KEY = { alg: 'RS256', kid: 'soak' }

let issuer = ''
const { privateKey, publicKey } = await generateKeyPair(KEY.alg)
const jwk = { ...(await exportJWK(publicKey)), ...KEY, use: 'sig' }

serveParent(
  (req, res) => {
    answer(req, res).catch((error: unknown) => {
      process.stderr.write(`issuer: ${String(error)}\n`)
      res.destroy()
    })
  },
  (origin) => {
    issuer = `${origin}/`
  },
)

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { pathname } = new URL(req.url ?? '', issuer)
  if (pathname.startsWith('/.well-known/')) json(res, 200, issuerMetadata(issuer))
  else if (pathname === '/jwks') json(res, 200, { keys: [jwk] })
  else if (pathname === '/mint') {
    json(res, 200, { token: await sign(JSON.parse(await text(req)) as JWTPayload) })
  } else {
    const [status, answered] = await exchange(new URLSearchParams(await text(req)))
    json(res, status, answered)
  }
}

async function exchange(form: URLSearchParams): Promise<[number, object]> {
  if (
    form.get('grant_type') !== TOKEN_EXCHANGE_GRANT ||
    form.get('client_secret') !== CLIENT.secret
  ) {
    return [400, { error: 'invalid_request' }]
  }
  const { sub = '', exp = 0, client_id: client } = decodeJwt(form.get('subject_token') ?? '')
  if (sub.startsWith(REFUSED_USER) || exp * 1_000 <= Date.now()) {
    return [400, { error: 'invalid_grant' }]
  }
  const scope = form.get('scope') ?? ''
  const token = await sign({
    sub,
    scope,
    aud: form.get('audience') ?? '',
    client_id: CLIENT.id,
    act: { sub: CLIENT.id, act: { sub: client } },
  })
  const issued = { access_token: token, issued_token_type: ACCESS_TOKEN, token_type: 'Bearer' }
  return [200, { ...issued, expires_in: LIFETIME_SECONDS, scope }]
}

/** Claims that are given replace those that every token has. */
function sign(claims: JWTPayload): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1_000)
  return new SignJWT({
    iss: issuer,
    iat: nowSeconds,
    exp: nowSeconds + LIFETIME_SECONDS,
    jti: randomUUID(),
    ...claims,
  })
    .setProtectedHeader({ ...KEY, typ: 'at+jwt' })
    .sign(privateKey)
}

function json(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
  res.end(JSON.stringify(body))
}
