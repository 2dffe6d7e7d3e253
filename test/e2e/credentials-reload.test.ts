import { X509Certificate } from 'node:crypto'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createSelfSignedCertificate,
  type SelfSignedCertificate,
} from '../../apps/authorization-server/testing/self-signed-certificate.js'
import { API_AUDIENCE, CLIENT_ID, exchangeAsAsked } from '../helpers/exchange-answers.js'
import { callTool, postMcp, rpcAnswer } from '../helpers/mcp-requests.js'
import { ServeProcess } from '../helpers/serve-process.js'
import { TestIssuer } from '../helpers/test-issuer.js'

const AUDIENCE = 'http://localhost:3001/mcp'

describe('the credentials of a process that runs', () => {
  let directory: string
  let issuer: TestIssuer
  let running: ServeProcess
  const api = createServer((_req, res) => {
    const greeting = { msg: 'hello', sub: 'auth0|alice', scopes: 'read:private' }
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(greeting))
  })

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'credentials-'))
    issuer = await TestIssuer.startTls()
    issuer.tokenResponder = exchangeAsAsked(issuer)
    api.listen(0, '127.0.0.1')
    await once(api, 'listening')
  })

  afterEach(() => {
    running.child.kill('SIGKILL')
    api.closeAllConnections()
    api.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const start = (credentials: Readonly<Record<string, string>>): void => {
    running = new ServeProcess({
      ...{ PORT: '0', HOST: '127.0.0.1', MCP_SERVER_URL: 'http://localhost:3001' },
      ISSUER_BASE_URL: issuer.issuer,
      CA_CERTIFICATES: issuer.ca ?? '',
      AUTH0_AUDIENCE: AUDIENCE,
      MCP_AUTH0_CLIENT_ID: CLIENT_ID,
      API_AUTH0_AUDIENCE: API_AUDIENCE,
      API_BASE_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
      ...credentials,
    })
  }

  /** Each call has a token of its own, which has to be exchanged. */
  const greet = async (): Promise<unknown> => {
    const { port } = await running.logged('listening')
    const token = await issuer.mint(AUDIENCE)
    const headers = { Host: 'localhost:3001' }
    const url = `http://127.0.0.1:${String(port)}/mcp`
    return rpcAnswer(await postMcp(url, callTool('greet'), { token, headers }))
  }

  /** As secrets are mounted: the name leads to a new file from one moment to the next. */
  const put = (name: string, text: string): string => {
    const path = join(directory, name)
    writeFileSync(`${path}.new`, text)
    renameSync(`${path}.new`, path)
    return path
  }
  const putCertificate = ({ cert, key }: SelfSignedCertificate): Record<string, string> => ({
    MCP_AUTH0_CLIENT_CERTIFICATE_FILE: put('certificate.pem', cert),
    MCP_AUTH0_CLIENT_PRIVATE_KEY_FILE: put('key.pem', key),
  })

  test('SIGHUP has the next exchange present the new client certificate, on a new TLS connection', async () => {
    const [before, after] = [
      await createSelfSignedCertificate(),
      await createSelfSignedCertificate(),
    ]
    start(putCertificate(before))
    expect(await greet()).toMatchObject({ result: { structuredContent: { sub: 'auth0|alice' } } })
    putCertificate(after)
    running.child.kill('SIGHUP')
    await running.logged('credentials_reloaded')
    expect(await greet()).toMatchObject({ result: { structuredContent: { sub: 'auth0|alice' } } })
    expect(issuer.tokenRequests.map(({ certificate }) => certificate)).toEqual(
      [before, after].map(({ cert }) => new X509Certificate(cert).fingerprint256),
    )
  })

  test('SIGHUP has the next exchange send the new secret, and a file that is gone changes nothing', async () => {
    const path = put('secret', 'the old secret')
    start({ MCP_AUTH0_CLIENT_SECRET_FILE: path })
    expect(await greet()).toMatchObject({ result: { structuredContent: { sub: 'auth0|alice' } } })
    put('secret', 'the new secret')
    running.child.kill('SIGHUP')
    await running.logged('credentials_reloaded')
    await greet()
    rmSync(path)
    running.child.kill('SIGHUP')
    await running.logged('credentials_not_reloaded')
    expect(await greet()).toMatchObject({ result: { structuredContent: { sub: 'auth0|alice' } } })
    const secrets = issuer.tokenRequests.map(({ parameters, headers }) =>
      [parameters.get('client_secret'), decoded(headers.authorization)].find(Boolean),
    )
    expect(secrets).toEqual(['the old secret', 'the new secret', 'the new secret'])
  })
})

/** The secret of HTTP Basic, as RFC 6749 §2.3.1 encodes it. */
function decoded(authorization = ''): string {
  const [, secret = ''] = Buffer.from(authorization.replace('Basic ', ''), 'base64')
    .toString()
    .split(':')
  return decodeURIComponent(secret.replaceAll('+', ' '))
}
