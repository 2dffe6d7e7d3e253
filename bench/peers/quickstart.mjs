// A server as the On-Behalf-Of quickstart makes it: FastMCP verifies the token, and each call exchanges it.
import { createServer } from 'node:net'
import { FastMCP } from 'fastmcp'
import { z } from 'zod'
import { serveChild } from '../children/serve-child.mjs'
import { callApi, createVerifier, exchange } from './common.mjs'

serveChild({
  async start({ issuer, audience, api }) {
    const verify = createVerifier({ issuer, audience })
    const server = new FastMCP({
      name: 'quickstart',
      version: '1.0.0',
      logger: { debug() {}, error() {}, info() {}, log() {}, warn() {} },
      async authenticate({ headers }) {
        const token = (headers.authorization ?? '').replace(/^Bearer /, '')
        return { token, claims: await verify(token) }
      },
    })
    server.addTool({
      name: 'whoami',
      description: 'Returns the identity and the scopes of the signed-in user.',
      parameters: z.object({}),
      execute: async (_input, { session }) =>
        JSON.stringify({ user: { sub: session.claims.sub }, scopes: session.claims.scope }),
    })
    server.addTool({
      name: 'greet',
      description: 'Greets the signed-in user and shows what the API answers to them.',
      parameters: z.object({ name: z.string().optional() }),
      async execute({ name }, { session }) {
        const token = await exchange({ issuer, token: session.token })
        const answer = await callApi({ api, token })
        return `Hello, ${name ?? 'there'} (${session.claims.sub})!\n${JSON.stringify(answer)}`
      },
    })
    server.addTool({
      name: 'get_datetime',
      description: 'Returns the time.',
      parameters: z.object({}),
      execute: async () => new Date().toISOString(),
    })
    const port = await freePort()
    await server.start({
      transportType: 'httpStream',
      httpStream: { port, host: '127.0.0.1', endpoint: '/mcp', stateless: true },
    })
    return port
  },
})

/** FastMCP takes no port 0. */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
