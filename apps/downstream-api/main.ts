import { serve } from '../../src/serve.js'
import { createDownstreamApi } from './downstream-api.js'

const { ISSUER_BASE_URL, API_AUTH0_AUDIENCE, HOST, PORT } = process.env
const port = Number(PORT ?? '8787')
const server = await serve({
  host: HOST ?? '127.0.0.1',
  port,
  handler: createDownstreamApi({
    issuer: ISSUER_BASE_URL ?? 'http://localhost:9000/',
    audience: API_AUTH0_AUDIENCE ?? 'http://localhost:8787/',
  }),
})
process.stdout.write(`The protected API listens on port ${server.port}.\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void server.close())
}
