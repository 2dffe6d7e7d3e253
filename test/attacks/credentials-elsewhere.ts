import { expecting, type Answer, type Attack, type Target } from './attack.js'
import { sendRequest, sendBytes, requestText, type RequestChanges } from './send-request.js'

function withGoodToken(
  name: string,
  send: (target: Target, token: string) => Promise<Answer>,
): Attack {
  return {
    name,
    needs: ['good token'],
    send: async (target) => send(target, await target.goodToken()),
  }
}

function placed(name: string, place: (token: string, target: Target) => RequestChanges): Attack {
  return withGoodToken(name, (target, token) => sendRequest(target, place(token, target)))
}

function path({ endpoint }: Target): string {
  return endpoint.pathname
}

function percentEncoded(text: string): string {
  return Buffer.from(text).toString('hex').replace(/../g, '%$&')
}

const FORM = [['Content-Type', 'application/x-www-form-urlencoded']] as const

/** A good token where no server may look for one; some of these places end up in logs (RFC 6750 §5.3). */
const inQuery: readonly Attack[] = [
  placed('a token in the query', (token, t) => ({ path: `${path(t)}?access_token=${token}` })),
  placed('a token in the query, its name percent-encoded', (token, t) => ({
    path: `${path(t)}?access%5Ftoken=${token}`,
  })),
  placed('a token in the query, every letter of its name percent-encoded', (token, t) => ({
    path: `${path(t)}?${percentEncoded('access_token')}=${token}`,
  })),
  placed('a token in the query behind another question mark', (token, t) => ({
    path: `${path(t)}?x=?&access_token=${token}`,
  })),
  placed('a token in the query of an absolute request target', (token, { endpoint }) => ({
    path: `${endpoint.origin}${endpoint.pathname}?access_token=${token}`,
  })),
  placed('a token in the query, twice', (token, t) => ({
    path: `${path(t)}?access_token=${token}&access_token=${token}`,
  })),
  placed('a token in the query, as an array', (token, t) => ({
    path: `${path(t)}?access_token[]=${token}`,
  })),
  placed('a token in the query, in upper case', (token, t) => ({
    path: `${path(t)}?ACCESS_TOKEN=${token}`,
  })),
  placed('a token in the query under the name of the header', (token, t) => ({
    path: `${path(t)}?authorization=Bearer%20${token}`,
  })),
  placed('a token in the query and in the header', (token, t) => ({
    token,
    path: `${path(t)}?access_token=${token}`,
  })),
]

const inPath: readonly Attack[] = [
  placed('a token behind a semicolon in the path', (token, t) => ({
    path: `${path(t)};access_token=${token}`,
  })),
  placed('a token as the last segment of the path', (token, t) => ({
    path: `${path(t)}/${token}`,
  })),
  placed('a token behind a number sign', (token, t) => ({
    path: `${path(t)}#access_token=${token}`,
  })),
]

const inOtherHeaders: readonly Attack[] = [
  'Proxy-Authorization',
  'X-Access-Token',
  'X-Authorization',
  'X-Forwarded-Authorization',
  'X-Original-Authorization',
  'X-Auth-Token',
  'Sec-WebSocket-Protocol',
].map((name) =>
  placed(`a token in the header ${name}`, (token) => ({ headers: [[name, `Bearer ${token}`]] })),
)

const inCookies: readonly Attack[] = ['access_token', 'Authorization', 'token'].map((name) =>
  placed(`a token in the cookie ${name}`, (token) => ({
    headers: [['Cookie', `${name}=${token}`]],
  })),
)

const inBody: readonly Attack[] = [
  placed('a token in a form body', (token) => ({
    method: 'POST',
    headers: FORM,
    body: `access_token=${token}`,
  })),
  placed('a token in a form body, its name percent-encoded', (token) => ({
    method: 'POST',
    headers: FORM,
    body: `access%5Ftoken=${token}`,
  })),
  placed('a token in a JSON body', (token) => ({
    method: 'POST',
    headers: [['Content-Type', 'application/json']],
    body: JSON.stringify({ access_token: token }),
  })),
  placed('a token as basic credentials', (token) => ({
    headers: [['Authorization', `Basic ${Buffer.from(`token:${token}`).toString('base64')}`]],
  })),
]

const inTrailers: Attack = withGoodToken('a token in a trailer', (target, token) => {
  const body = target.request.body ?? '{}'
  const head = requestText(
    { ...target, request: { ...target.request, body: '' } },
    ['Transfer-Encoding: chunked', 'Trailer: Authorization'],
    { method: 'POST' },
  )
  const chunk = `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n`
  return sendBytes(target, `${head}${chunk}Authorization: Bearer ${token}\r\n\r\n`)
})

/** For every server. */
export const credentialsElsewhere = expecting({ status: [400, 401, 404] }, [
  ...inQuery,
  ...inPath,
  ...inOtherHeaders,
  ...inCookies,
  ...inBody,
  inTrailers,
])

/** For the MCP server: a token in a body beside a good one in the header (RFC 6750 §2: one method alone). */
export const credentialsTwice = expecting({ status: 400 }, [
  placed('a token in a form body and in the header', (token) => ({
    token,
    headers: FORM,
    body: `access_token=${token}`,
  })),
  placed('a token in a JSON body and in the header', (token, { request }) => ({
    token,
    body: JSON.stringify({
      ...(JSON.parse(request.body ?? '{}') as object),
      access_token: token,
    }),
  })),
  placed('a token in a JSON body and in the header, the name escaped', (token, { request }) => ({
    token,
    body: (request.body ?? '{}').replace(/^\{/, `{"access\\u005ftoken":"${token}",`),
  })),
])
