// The limit: Express and nothing else, a token that is known already, and for `greet` the call of the API.
import { Agent, createServer, get } from 'node:http'
import express from 'express'
import { listenOnLoopback, serveChild } from '../children/serve-child.mjs'
import { createVerifier, exchange, TEXT } from './common.mjs'

const agent = new Agent({ keepAlive: true })
const known = new Map()

serveChild({
  start({ issuer, audience, api }) {
    const verify = createVerifier({ issuer, audience })
    const app = express()
    app.post('/mcp', express.json(), async (req, res) => {
      const token = (req.headers.authorization ?? '').replace(/^Bearer /, '')
      if (!known.has(token)) {
        await verify(token)
        known.set(token, await exchange({ issuer, token }))
      }
      const { id, params } = req.body
      const text =
        params.name === 'greet' ? JSON.stringify(await callApi(api, known.get(token))) : TEXT
      res.json({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } })
    })
    return listenOnLoopback(createServer(app))
  },
})

function callApi(api, token) {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}` }
    get(`${api}/api/private-scope`, { agent, headers }, (answer) => {
      let body = ''
      answer.on('data', (chunk) => (body += chunk))
      answer.on('end', () => resolve(JSON.parse(body)))
    }).once('error', reject)
  })
}
