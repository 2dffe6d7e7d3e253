import { serve } from '../../src/server/serve.js'
import { json } from '../helpers/test-issuer.js'
import type { KeyPair } from './attack.js'

export interface Trap {
  readonly origin: string
  /** What was asked for. Every entry is a server that followed a link in a token. */
  readonly visits: readonly string[]
  close(): Promise<void>
}

/** An issuer of the attacker's: everything a server needs to believe in its tokens is there to be fetched. */
export async function setTrap(key: KeyPair): Promise<Trap> {
  const visits: string[] = []
  const server = await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
  const origin = `http://127.0.0.1:${server.port}`
  server.attach((req, res) => {
    visits.push(`${req.method ?? ''} ${req.url ?? ''}`)
    const jwks_uri = `${origin}/jwks`
    const metadata = { issuer: `${origin}/`, jwks_uri, token_endpoint: `${origin}/token` }
    json(res, 200, req.url?.includes('.well-known') === true ? metadata : { keys: [key.jwk] })
  })
  return { origin, visits, close: () => server.close() }
}
