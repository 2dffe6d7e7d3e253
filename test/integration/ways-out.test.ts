import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket, type PeerCertificate } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSelfSignedCertificate } from '../../apps/authorization-server/testing/self-signed-certificate.js'
import { run } from '../../cli/doctor/run.js'
import { createConnections } from '../../src/server/connections.js'
import { parseConfig, type Environment } from '../../src/config/config.js'
import { recordingIo } from '../helpers/command-io.js'
import { type ConnectProxy, openConnectProxy } from '../helpers/connect-proxy.js'
import {
  answerWith,
  API_AUDIENCE,
  claimsOf,
  CLIENT_ID,
  CLIENT_SECRET,
  exchangeAsAsked,
} from '../helpers/exchange-answers.js'
import { serveTls } from '../../apps/authorization-server/testing/serve-tls.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import { TestIssuer } from '../helpers/test-issuer.js'
import { callForAnswer, mintSubject } from '../helpers/tool-answer.js'

const CREDENTIALS = 'corporate:S3CRET-of-the-proxy'

let proxy: ConnectProxy
let issuer: TestIssuer
let api: {
  readonly url: string
  readonly ca: string
  readonly host: string
  close(): Promise<void>
}
let directory: string

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ways-out-'))
  proxy = await openConnectProxy({ credentials: CREDENTIALS })
  issuer = await TestIssuer.startTls('login.test')
  const exchange = exchangeAsAsked(issuer)
  issuer.tokenResponder = (request, res) => {
    // The doctor also asks for what cannot be had.
    const real = claimsOf(request.parameters.get('subject_token') ?? '')['sub'] !== undefined
    if (real) return exchange(request, res)
    answerWith(res, { error: 'invalid_grant' }, 400)
    return undefined
  }
  const certificate = await createSelfSignedCertificate(['api.test'])
  // Asks everybody for a certificate, and lets everybody in.
  const asking = { ...certificate, requestCert: true, rejectUnauthorized: false }
  const server = await serveTls(asking)
  server.attach((req, res) => {
    const peer: Partial<PeerCertificate> =
      req.socket instanceof TLSSocket ? req.socket.getPeerCertificate() : {}
    if (req.url === '/peer') res.writeHead(200).end(peer.subject?.CN ?? 'nobody')
    else answerWith(res, { msg: 'Hello', sub: 'auth0|alice', scopes: 'read:private' })
  })
  const host = `api.test:${server.port}`
  api = { ...{ host, url: `https://${host}`, ca: certificate.cert }, close: () => server.close() }
})

afterEach(async () => {
  await Promise.all([proxy, issuer, api].map((one) => one.close()))
  rmSync(directory, { recursive: true })
})

const proxyUrl = (): string => `http://${CREDENTIALS}@127.0.0.1:${proxy.port}`
const authorities = (): string => `${issuer.ca ?? ''}${api.ca}`
const issuerHost = (): string => new URL(issuer.issuer).host

const open = (environment: Environment): Promise<TestServer> =>
  startMcpServer({
    issuer,
    environment: { API_BASE_URL: api.url, CA_CERTIFICATES: authorities(), ...environment },
  })

const greet = async (environment: Environment) => {
  const server = await open(environment)
  const token = await mintSubject(server)
  return { server, answer: await callForAnswer(server, { token }) }
}

describe('the standalone server behind a corporate proxy', () => {
  test.each([
    ['HTTPS_PROXY', {}],
    ['https_proxy', { HTTPS_PROXY: 'http://127.0.0.1:9' }],
  ])(
    '[case 24] the standalone server behind a corporate proxy reaches keys, token endpoint and API through it: %s',
    async (name, others) => {
      const { answer } = await greet({ ...others, [name]: proxyUrl() })
      expect(answer.text).toContain('Hello')
      expect(new Set(proxy.targets)).toEqual(new Set([issuerHost(), api.host]))
      expect(issuer.requests).toContain('/jwks')
      expect(issuer.tokenRequests).toHaveLength(1)
      expect(proxy.others).toEqual([])
    },
  )

  test('[case 24] the standalone server behind a corporate proxy reaches directly what NO_PROXY has, and nothing else', async () => {
    const { server, answer } = await greet({
      HTTPS_PROXY: proxyUrl(),
      NO_PROXY: `internal.example.com, ${api.host}`,
    })
    // No name server knows api.test, so the call fails; what counts is that the proxy was not asked for it.
    expect(answer.isError).toBe(true)
    expect(new Set(proxy.targets)).toEqual(new Set([issuerHost()]))
    expect(server.log.text()).toContain('downstream_unavailable')
  })

  test('[case 24] the standalone server behind a corporate proxy says that it was the proxy, and never its credentials', async () => {
    const { server, answer } = await greet({
      HTTPS_PROXY: `http://corporate:S3CRET-but-wrong@127.0.0.1:${proxy.port}`,
    })
    expect(answer.status).toBe(503)
    const text = server.log.text()
    expect(text).toContain(`The proxy http://127.0.0.1:${proxy.port} answered 407 to CONNECT`)
    expect(`${text} ${answer.raw}`).not.toContain('S3CRET')
  })

  test('[case 24] the standalone server behind a corporate proxy trusts a private authority for all three, and none that it was not told', async () => {
    const { server, answer } = await greet({
      HTTPS_PROXY: proxyUrl(),
      CA_CERTIFICATES: issuer.ca,
    })
    expect(answer.isError).toBe(true)
    expect(issuer.tokenRequests).toHaveLength(1)
    expect(server.log.text()).toContain('self-signed certificate')
  })

  test('[case 24] the standalone server behind a corporate proxy presents its client certificate to the token endpoint alone', async () => {
    const own = await createSelfSignedCertificate(['mcp.test'])
    const config = parseConfig({
      ...{ ISSUER_BASE_URL: issuer.issuer, API_BASE_URL: api.url, HTTPS_PROXY: proxyUrl() },
      ...{ AUTH0_AUDIENCE: 'https://mcp.test/mcp', API_AUTH0_AUDIENCE: API_AUDIENCE },
      ...{ MCP_AUTH0_CLIENT_ID: CLIENT_ID, CA_CERTIFICATES: authorities() },
      ...{ MCP_AUTH0_CLIENT_PRIVATE_KEY: own.key, MCP_AUTH0_CLIENT_CERTIFICATE: own.cert },
    })
    const shown: string[] = []
    const connections = createConnections(config)
    try {
      for (const fetch of [connections.issuers, connections.api, connections.exchange]) {
        shown.push(await (await fetch(`${api.url}/peer`)).text())
      }
    } finally {
      await connections.close()
    }
    expect(shown).toEqual(['nobody', 'nobody', 'mcp.test'])
    expect(new Set(proxy.targets)).toEqual(new Set([api.host]))
  })
})

describe('the doctor behind a corporate proxy', () => {
  const diagnose = async (environment: Environment) => {
    const opened = await open({ HTTPS_PROXY: proxyUrl() })
    const settings = {
      ISSUER_BASE_URL: issuer.issuer,
      AUTH0_AUDIENCE: opened.audience,
      MCP_SERVER_URL: opened.origin,
      MCP_AUTH0_CLIENT_ID: CLIENT_ID,
      MCP_AUTH0_CLIENT_SECRET: CLIENT_SECRET,
      API_AUTH0_AUDIENCE: API_AUDIENCE,
      API_BASE_URL: api.url,
      CA_CERTIFICATES_FILE: join(directory, 'authorities.pem'),
      ...environment,
    }
    writeFileSync(join(directory, 'authorities.pem'), `# two of ours <private>\n${authorities()}`)
    writeFileSync(
      join(directory, '.env'),
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n'),
    )
    const stdin = await mintSubject(opened)
    const io = recordingIo({ ...{ directory, stdin }, fetch: undefined })
    proxy.targets.length = 0
    await run(['--token-stdin', '--json'], io)
    const { findings } = JSON.parse(io.stdout()) as {
      findings: { check: string; verdict: string; message: string }[]
    }
    return { io, findings, wrong: findings.filter(({ verdict }) => verdict === 'wrong') }
  }

  test('[case 24] the doctor behind a corporate proxy goes the ways that the server goes', async () => {
    const { findings, io } = await diagnose({ HTTPS_PROXY: proxyUrl() })
    expect(new Set(proxy.targets)).toEqual(new Set([issuerHost(), api.host]))
    const verdicts = new Map(findings.map(({ check, verdict }) => [check, verdict]))
    expect(verdicts.get('exchange.request')).toBe('ok')
    expect(io.output()).not.toContain('S3CRET')
  })

  test('[case 24] the doctor behind a corporate proxy finds what the server would: without the proxy nobody is there', async () => {
    const { wrong } = await diagnose({})
    expect(wrong.length).toBeGreaterThan(0)
    expect(proxy.targets).toEqual([])
  })
})
