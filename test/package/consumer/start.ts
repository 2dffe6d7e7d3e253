import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OnBehalfOfError, Secret } from 'mcp-on-behalf-of'
import { OnBehalfOfError as SameError } from 'mcp-on-behalf-of/errors'
import { createProcessLog } from 'mcp-on-behalf-of/server'
import { createExampleApp } from '../../../examples/existing-express-server.js'

/** Somebody else's server, with the library as npm installs it. Says its endpoint on standard output. */
if (OnBehalfOfError !== SameError)
  throw new Error('the paths of the package have classes of their own')

const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const endpoint = new URL(`http://localhost:${(server.address() as AddressInfo).port}/mcp`)
const app = createExampleApp({
  endpoint,
  issuer: setting('ISSUER'),
  client: { id: setting('CLIENT_ID'), secret: new Secret(setting('CLIENT_SECRET')) },
  api: { audience: setting('API_URL'), baseUrl: new URL(setting('API_URL')) },
  log: createProcessLog({ level: 'silent' }),
})
server.on('request', app)
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})
process.stdout.write(`${endpoint.href}\n`)

function setting(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is missing`)
  return value
}
