import { expecting, type Attack, type Target } from './attack.js'
import { sendRequest, sendBytes, requestText, type RequestChanges } from './send-request.js'

function plain(
  name: string,
  changes: RequestChanges | ((target: Target) => RequestChanges),
): Attack {
  return {
    name,
    needs: [],
    send: (target) =>
      sendRequest(target, typeof changes === 'function' ? changes(target) : changes),
  }
}

function bytes(name: string, make: (target: Target) => string): Attack {
  return { name, needs: [], send: (target) => sendBytes(target, make(target)) }
}

/** A second request, hidden in what a proxy in front might take for the body of the first. */
function smuggled({ endpoint, request }: Target): string {
  return `${request.method} ${endpoint.pathname} HTTP/1.1\r\nHost: ${endpoint.host}\r\nConnection: close\r\n\r\n`
}

function bodyless(target: Target): Target {
  return { ...target, request: { ...target.request, method: 'POST', body: '' } }
}

const lengths: readonly Attack[] = [
  ['Content-Length and Transfer-Encoding', ['Content-Length: 4', 'Transfer-Encoding: chunked']],
  ['Transfer-Encoding and Content-Length', ['Transfer-Encoding: chunked', 'Content-Length: 4']],
  ['two lengths that differ', ['Content-Length: 0', 'Content-Length: 44']],
  ['a list of lengths', ['Content-Length: 0, 44']],
  ['a negative length', ['Content-Length: -1']],
  ['a length with a sign', ['Content-Length: +0']],
  ['a length in hexadecimal', ['Content-Length: 0x0']],
  ['a length with a space inside', ['Content-Length: 0 0']],
  ['a length of 20 digits', ['Content-Length: 99999999999999999999']],
  ['an unknown transfer encoding', ['Transfer-Encoding: xchunked']],
  ['chunked and then identity', ['Transfer-Encoding: chunked, identity']],
  ['chunked twice', ['Transfer-Encoding: chunked, chunked', 'Content-Length: 0']],
  ['a vertical tab in front of chunked', ['Transfer-Encoding: \vchunked']],
  ['a space behind the name', ['Transfer-Encoding : chunked']],
].map(([name, lines]) =>
  bytes(
    `a request in a request: ${String(name)}`,
    (target) =>
      `${requestText(bodyless(target), lines as readonly string[])}0\r\n\r\n${smuggled(target)}`,
  ),
)

const chunks: readonly Attack[] = [
  ['a chunk size with a sign', '+0\r\n\r\n'],
  ['a chunk size that is no number', 'zz\r\n\r\n'],
  ['a chunk size of 20 digits', 'fffffffffffffffffffff\r\n\r\n'],
  ['a chunk size with a bare line feed', '0\n\n'],
].map(([name, body]) =>
  bytes(
    `a request in a request: ${String(name)}`,
    (target) =>
      `${requestText(bodyless(target), ['Transfer-Encoding: chunked'])}${String(body)}${smuggled(target)}`,
  ),
)

const startLines: readonly Attack[] = [
  bytes('no version', ({ endpoint }) => `GET ${endpoint.pathname}\r\n\r\n`),
  bytes('an unknown version', ({ endpoint }) => `GET ${endpoint.pathname} HTTP/9.9\r\n\r\n`),
  bytes('HTTP/1.0 without Host', ({ endpoint }) => `GET ${endpoint.pathname} HTTP/1.0\r\n\r\n`),
  bytes('HTTP/1.1 without Host', ({ endpoint, request }) =>
    [`${request.method} ${endpoint.pathname} HTTP/1.1`, 'Connection: close', '', ''].join('\r\n'),
  ),
  bytes('the start of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  bytes('the start of TLS', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'.padEnd(200, '\0')),
  bytes('a line feed alone', () => '\n\n\n\nGET'.padEnd(100, '\0')),
  bytes('an absolute request target', (target) =>
    requestText(target, []).replace(/ \S+ HTTP/, ` ${target.endpoint.href} HTTP`),
  ),
  bytes("an absolute request target of the attacker's", (target) =>
    requestText(target, []).replace(
      / \S+ HTTP/,
      ` http://evil.example${target.endpoint.pathname} HTTP`,
    ),
  ),
  bytes('a request target with a NUL', (target) =>
    requestText(target, []).replace(/ \S+ HTTP/, ` ${target.endpoint.pathname}\0 HTTP`),
  ),
  bytes('a request target of 64 KiB', (target) =>
    requestText(target, []).replace(
      / \S+ HTTP/,
      ` ${target.endpoint.pathname}?${'x'.repeat(65_536)} HTTP`,
    ),
  ),
]

const methods: readonly Attack[] = [
  ...['GET', 'HEAD', 'DELETE', 'PUT', 'PATCH', 'TRACE', 'PROPFIND', 'PURGE', 'QUERY'].map(
    (method) => plain(`${method} without token`, { method }),
  ),
  plain('a method nobody knows', { method: 'STEAL' }),
  plain('a method in lower case', ({ request }) => ({ method: request.method.toLowerCase() })),
  plain('CONNECT', ({ endpoint }) => ({ method: 'CONNECT', path: endpoint.host, body: '' })),
]

/** Spellings of the path that a router may take for the protected one and a server for another. */
const paths: readonly Attack[] = [
  ['a slash behind', (path: string) => `${path}/`],
  ['two slashes in front', (path: string) => `/${path}`],
  ['a backslash in front', (path: string) => `\\${path}`],
  ['upper case', (path: string) => path.toUpperCase()],
  ['a dot segment', (path: string) => `/.${path}`],
  ['two dot segments', (path: string) => `/healthz/..${path}`],
  ['encoded dot segments', (path: string) => `/healthz/%2e%2e${path}`],
  ['an encoded slash', (path: string) => path.replace(/(?<=.)\/|$/, '%2f')],
  [
    'an encoded letter',
    (path: string) => path.replace(/[a-z]/, (c) => `%${c.charCodeAt(0).toString(16)}`),
  ],
  ['a broken encoding', (path: string) => `${path}%`],
  ['an encoding that is no UTF-8', (path: string) => `${path}/%ff`],
  ['an encoded NUL', (path: string) => `${path}%00`],
  ['a parameter', (path: string) => `${path};jsessionid=1`],
  ['an extension', (path: string) => `${path}.json`],
  ['the health check behind', (path: string) => `${path}/healthz`],
  ['the metadata behind', (path: string) => `${path}/.well-known/oauth-protected-resource`],
].map(([name, change]) =>
  plain(`without token, the path with ${String(name)}`, ({ endpoint }) => ({
    path: (change as (path: string) => string)(endpoint.pathname),
  })),
)

/** Headers with which a proxy may speak, and a stranger may not. */
const PROXY_HEADERS: readonly (readonly [string, string])[] = [
  ['X-Original-URL', '/healthz'],
  ['X-Rewrite-URL', '/healthz'],
  ['X-HTTP-Method-Override', 'OPTIONS'],
  ['X-Method-Override', 'OPTIONS'],
  ['X-Forwarded-For', '127.0.0.1'],
  ['X-Real-IP', '127.0.0.1'],
  ['X-Forwarded-Host', 'evil.example'],
  ['X-Forwarded-Proto', 'https'],
  ['X-Forwarded-Prefix', '/healthz'],
  ['Forwarded', 'for=127.0.0.1;host=evil.example'],
  ['X-Forwarded-User', 'auth0|alice'],
  ['X-Remote-User', 'alice'],
  ['X-Client-Cert', 'MIIB'],
  ['X-Auth-Request-Access-Token', 'x'],
  ['X-Middleware-Subrequest', 'middleware'],
  ['Upgrade', 'h2c'],
  ['Expect', '200-ok'],
]

const proxies: readonly Attack[] = PROXY_HEADERS.map(([name, value]) =>
  plain(`without token, ${name}: ${value}`, { headers: [[name, value]] }),
)

/** Requests whose beginning, end, path or method is not what it seems; none carries a token. */
export const framing: readonly Attack[] = [
  ...expecting({ status: [400, 401, 413, 501] }, [...lengths, ...chunks]),
  // A request line is refused by node, a missing or foreign name by the server.
  ...expecting({ status: [400, 401, 403, 404, 414, 431, 505] }, startLines),
  ...expecting({ status: [400, 401, 405, 501] }, methods),
  ...expecting({ status: [400, 401, 404] }, paths),
  ...expecting({ status: [401, 417] }, proxies),
]
