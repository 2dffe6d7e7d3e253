// The protected API: says whose token it was called with. It does not verify it, so that it takes no time of its own.
import { createServer } from 'node:http'
import { listenOnLoopback, serveChild } from './serve-child.mjs'

let calls = 0

serveChild({
  start: () => listenOnLoopback(createServer(answer)),
  count: () => calls,
})

function answer(req, res) {
  calls += 1
  const token = (req.headers.authorization ?? '').replace(/^Bearer /, '')
  const { sub, scope, act } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url'))
  res.writeHead(200, { 'Content-Type': 'application/json' })
  res.end(JSON.stringify({ msg: 'Hello from the API', sub, scopes: scope, actor: act.sub }))
}
