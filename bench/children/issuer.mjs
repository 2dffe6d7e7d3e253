// An authorization server with a latency that can be set. It signs real tokens and checks what an exchange has to have; nothing
// more, so that what is measured is the server in front of the API.
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { issuerMetadata, TOKEN_EXCHANGE_GRANT } from './issuer-metadata.mjs'
import { listenOnLoopback, serveChild } from './serve-child.mjs'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const LIFETIME_SECONDS = 3_600
const KEY = { alg: 'RS256', kid: 'bench' }

let issuer
let latencyMs = 0
let exchanges = 0
const { privateKey, publicKey } = await generateKeyPair(KEY.alg)
const jwk = { ...(await exportJWK(publicKey)), ...KEY, use: 'sig' }

serveChild({
  async start(settings) {
    latencyMs = settings.latencyMs ?? 0
    const port = await listenOnLoopback(createServer(answer))
    issuer = `http://127.0.0.1:${port}/`
    return port
  },
  count: () => exchanges,
  act: ({ latency, mint }) => {
    if (latency !== undefined) latencyMs = latency
    return mint === undefined ? undefined : mintUsers(mint)
  },
})

function answer(req, res) {
  const { pathname } = new URL(req.url, issuer)
  if (pathname.startsWith('/.well-known/')) return json(res, issuerMetadata(issuer))
  if (pathname === '/jwks') return json(res, { keys: [jwk] })
  let body = ''
  req.on('data', (chunk) => (body += chunk))
  req.on('end', () => {
    void exchange(new URLSearchParams(body)).then(([status, answered]) => {
      setTimeout(() => json(res, answered, status), latencyMs)
    })
  })
}

async function exchange(form) {
  exchanges += 1
  if (form.get('grant_type') !== TOKEN_EXCHANGE_GRANT || form.get('client_secret') !== 'secret') {
    return [400, { error: 'invalid_request' }]
  }
  const subject = JSON.parse(Buffer.from(form.get('subject_token').split('.')[1], 'base64url'))
  const scope = form.get('scope') ?? ''
  const token = await sign({
    sub: subject.sub,
    aud: form.get('audience'),
    scope,
    client_id: 'mcp-server',
    act: { sub: 'mcp-server', act: { sub: subject.client_id } },
  })
  const issued = { access_token: token, issued_token_type: ACCESS_TOKEN, token_type: 'Bearer' }
  return [200, { ...issued, expires_in: LIFETIME_SECONDS, scope }]
}

async function mintUsers({ audience, count, prefix }) {
  const tokens = []
  for (let index = 0; index < count; index += 1) {
    tokens.push(
      await sign({
        sub: `user|${prefix}-${index}`,
        aud: audience,
        scope: 'tool:whoami tool:greet',
        client_id: 'bench',
      }),
    )
  }
  return tokens
}

function sign(claims) {
  return new SignJWT(claims)
    .setProtectedHeader({ ...KEY, typ: 'at+jwt' })
    .setIssuer(issuer)
    .setIssuedAt()
    .setExpirationTime(`${LIFETIME_SECONDS}s`)
    .setJti(crypto.randomUUID())
    .sign(privateKey)
}

function json(res, body, status = 200) {
  res.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
  res.end(JSON.stringify(body))
}
